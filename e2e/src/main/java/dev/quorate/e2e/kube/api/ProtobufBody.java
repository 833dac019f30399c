package dev.quorate.e2e.kube.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.quorate.e2e.kube.model.Json;
import dev.quorate.e2e.kube.model.Refusal;
import io.kubernetes.client.proto.Meta;
import io.kubernetes.client.proto.Runtime.Unknown;
import io.kubernetes.client.proto.V1;
import io.kubernetes.client.proto.V1Apps;
import io.kubernetes.client.proto.V1Authentication;
import io.kubernetes.client.proto.V1Authorization;
import io.kubernetes.client.proto.V1Batch;
import io.kubernetes.client.proto.V1Networking;
import io.kubernetes.client.proto.V1Policy;
import io.kubernetes.client.proto.V1Rbac;
import io.kubernetes.client.proto.V1Scheduling;
import io.kubernetes.client.proto.V1Storage;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads a body in the protobuf form of Kubernetes: four bytes of magic and an envelope that names kind and version.
 *
 * <p>Only requests come in it. Answers are always JSON, which every client that sends protobuf also reads.
 */
final class ProtobufBody {
    private static final byte[] MAGIC = {'k', '8', 's', 0};

    private static final Map<String, FileDescriptor> FILES = Map.of(
            "v1", V1.getDescriptor(),
            "apps/v1", V1Apps.getDescriptor(),
            "batch/v1", V1Batch.getDescriptor(),
            "policy/v1", V1Policy.getDescriptor(),
            "rbac.authorization.k8s.io/v1", V1Rbac.getDescriptor(),
            "networking.k8s.io/v1", V1Networking.getDescriptor(),
            "scheduling.k8s.io/v1", V1Scheduling.getDescriptor(),
            "storage.k8s.io/v1", V1Storage.getDescriptor(),
            "authorization.k8s.io/v1", V1Authorization.getDescriptor(),
            "authentication.k8s.io/v1", V1Authentication.getDescriptor());

    /** Messages whose fields JSON has one level higher. */
    private static final Set<String> INLINE = Set.of(
            "volumeSource", "persistentVolumeSource", "handler", "localObjectReference", "ephemeralContainerCommon");

    private ProtobufBody() {}

    static ObjectNode read(byte[] body) {
        if (body.length < MAGIC.length || !Arrays.equals(body, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw Refusal.badRequest("the body of the request is not in the protobuf form of Kubernetes");
        }
        try {
            Unknown envelope = Unknown.parseFrom(ByteString.copyFrom(body, MAGIC.length, body.length - MAGIC.length));
            String version = envelope.getTypeMeta().getApiVersion();
            String kind = envelope.getTypeMeta().getKind();
            ObjectNode object = Json.object().put("apiVersion", version).put("kind", kind);
            Message message = DynamicMessage.parseFrom(type(version, kind), envelope.getRaw());
            object.setAll(fields(message));
            return object;
        } catch (InvalidProtocolBufferException malformed) {
            throw Refusal.badRequest("the object provided is unrecognized: " + malformed.getMessage());
        }
    }

    private static Descriptor type(String version, String kind) {
        FileDescriptor file = FILES.get(version);
        return Stream.ofNullable(file)
                .flatMap(known -> Stream.of(known, Meta.getDescriptor()))
                .flatMap(known -> Stream.ofNullable(known.findMessageTypeByName(kind)))
                .findFirst()
                .orElseThrow(() -> new Refusal(
                        415,
                        "UnsupportedMediaType",
                        "LocalKube reads %s %s only as JSON or YAML: use a file (kubectl apply -f or create -f)"
                                .formatted(version, kind)));
    }

    private static ObjectNode fields(Message message) {
        ObjectNode object = Json.object();
        message.getAllFields().forEach((field, value) -> {
            if (field.isMapField()) {
                map(object.putObject(field.getName()), (List<?>) value);
            } else if (field.isRepeated()) {
                for (Object element : (List<?>) value) {
                    object.withArray(field.getName()).add(json(element));
                }
            } else if (INLINE.contains(field.getName())) {
                object.setAll(fields((Message) value));
            } else if (!isAbsent(field, value)) {
                object.set(field.getName(), json(value));
            }
        });
        return object;
    }

    private static void map(ObjectNode into, List<?> entries) {
        for (Object entry : entries) {
            Message pair = (Message) entry;
            List<FieldDescriptor> sides = pair.getDescriptorForType().getFields();
            into.set(String.valueOf(pair.getField(sides.getFirst())), json(pair.getField(sides.getLast())));
        }
    }

    /** Go writes every field that is no pointer, set or not; its JSON leaves out the empty ones. */
    private static boolean isAbsent(FieldDescriptor field, Object value) {
        return value instanceof Message message
                ? message.getAllFields().isEmpty()
                        && field.getMessageType().getName().endsWith("Time")
                : value.equals(field.getDefaultValue());
    }

    private static JsonNode json(Object value) {
        return switch (value) {
            case Message message -> special(message);
            case ByteString bytes -> TextNode.valueOf(Base64.getEncoder().encodeToString(bytes.toByteArray()));
            case String text -> TextNode.valueOf(text);
            case Boolean flag -> BooleanNode.valueOf(flag);
            case Number number -> LongNode.valueOf(number.longValue());
            default -> throw new IllegalStateException("no message of Kubernetes has a " + value.getClass());
        };
    }

    /** The types that have a JSON form of their own. */
    private static JsonNode special(Message message) {
        return switch (message.getDescriptorForType().getName()) {
            case "Quantity" -> TextNode.valueOf(String.valueOf(value(message, "string")));
            case "Time", "MicroTime" -> TextNode.valueOf(time(message).toString());
            case "FieldsV1" -> Json.parse(((ByteString) value(message, "Raw")).toStringUtf8());
            case "IntOrString" ->
                value(message, "type").equals(0L)
                        ? IntNode.valueOf((Integer) value(message, "intVal"))
                        : TextNode.valueOf((String) value(message, "strVal"));
            default -> fields(message);
        };
    }

    private static Instant time(Message message) {
        return Instant.ofEpochSecond((Long) value(message, "seconds"), (Integer) value(message, "nanos"));
    }

    private static Object value(Message message, String field) {
        return message.getField(message.getDescriptorForType().findFieldByName(field));
    }
}
