package dev.quorate.store.ops;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Numbers of a metrics page as etcd writes them: {@code 1} and not {@code 1.0}, {@code 1.6777216e+07} and not
 * {@code 1.6777216E7}. They are the same to a scraper, but not to scripts and tests that compare words.
 */
final class GoNumbers {
    private static final Pattern BOUND = Pattern.compile("le=\"([^\"]*)\"");

    private GoNumbers() {}

    /** A page in the text format, of which every line is a comment or ends with its value. */
    static String page(String text) {
        StringBuilder page = new StringBuilder(text.length());
        text.lines().forEach(line -> page.append(line(line)).append('\n'));
        return page.toString();
    }

    private static String line(String line) {
        int space = line.lastIndexOf(' ');
        if (space < 0 || line.startsWith("#")) return line;
        String name = line.substring(0, space);
        Matcher bound = BOUND.matcher(name);
        if (bound.find())
            name = name.substring(0, bound.start(1)) + number(bound.group(1)) + name.substring(bound.end(1));
        return name + " " + number(line.substring(space + 1));
    }

    /** The shortest digits, with an exponent below 0.0001 and from a million on. */
    static String number(String written) {
        if (written.equals("NaN") || written.endsWith("Inf")) return written;
        BigDecimal value = new BigDecimal(written).stripTrailingZeros();
        if (value.signum() == 0) return "0";
        int exponent = value.precision() - value.scale() - 1;
        if (exponent >= -4 && exponent < 6) return value.toPlainString();
        String digits = value.unscaledValue().abs().toString();
        String rest = digits.length() == 1 ? "" : "." + digits.substring(1);
        return (value.signum() < 0 ? "-" : "")
                + digits.charAt(0)
                + rest
                + (exponent < 0 ? "e-" : "e+")
                + (Math.abs(exponent) < 10 ? "0" : "")
                + Math.abs(exponent);
    }
}
