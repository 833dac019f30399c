package dev.quorate.operator.kube;

/** What an event says. */
public record EventText(String type, String reason, String note) {

    public static EventText normal(String reason, String note) {
        return new EventText("Normal", reason, note);
    }

    public static EventText warning(String reason, String note) {
        return new EventText("Warning", reason, note);
    }
}
