package dev.quorate.store.codec;

import dev.quorate.proto.etcdserverpb.AlarmRequest;
import dev.quorate.proto.etcdserverpb.AlarmRequest.AlarmAction;
import dev.quorate.proto.etcdserverpb.AlarmType;
import dev.quorate.store.state.Alarm;
import dev.quorate.store.state.Command;
import dev.quorate.store.state.Command.AlarmChange.Action;

/** Alarms as etcd's messages and back. */
final class AlarmCodec {
    private AlarmCodec() {}

    static AlarmRequest write(Command.AlarmChange change) {
        return AlarmRequest.newBuilder()
                .setAction(action(change.action()))
                .setMemberID(change.alarm().memberId())
                .setAlarm(type(change.alarm().kind()))
                .build();
    }

    static Command read(AlarmRequest request) {
        Alarm alarm = new Alarm(request.getMemberID(), kind(request.getAlarm()));
        return switch (request.getAction()) {
            case GET -> new Command.AlarmChange(Action.GET, alarm);
            case ACTIVATE -> new Command.AlarmChange(Action.ACTIVATE, alarm);
            case DEACTIVATE -> new Command.AlarmChange(Action.DEACTIVATE, alarm);
            case UNRECOGNIZED -> new Command.Unknown("an unknown thing to do with an alarm");
        };
    }

    private static AlarmAction action(Action action) {
        return switch (action) {
            case GET -> AlarmAction.GET;
            case ACTIVATE -> AlarmAction.ACTIVATE;
            case DEACTIVATE -> AlarmAction.DEACTIVATE;
        };
    }

    static AlarmType type(Alarm.Kind kind) {
        return switch (kind) {
            case NONE -> AlarmType.NONE;
            case NO_SPACE -> AlarmType.NOSPACE;
            case CORRUPT -> AlarmType.CORRUPT;
        };
    }

    static Alarm.Kind kind(AlarmType type) {
        return switch (type) {
            case NOSPACE -> Alarm.Kind.NO_SPACE;
            case CORRUPT -> Alarm.Kind.CORRUPT;
            case NONE, UNRECOGNIZED -> Alarm.Kind.NONE;
        };
    }
}
