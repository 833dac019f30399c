package dev.quorate.e2e.inside;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import org.jspecify.annotations.Nullable;

/** Diverts what the store node calls of the disk and the clock to {@link Trouble}. */
final class Rewriting implements ClassFileTransformer {
    private static final String STORE_NODE = "dev/quorate/store/";
    private static final ClassDesc TROUBLE = ClassDesc.of(Trouble.class.getName());
    private static final ClassDesc CHANNEL = ClassDesc.of("java.nio.channels.FileChannel");
    private static final MethodTypeDesc FORCE =
            MethodTypeDesc.of(ConstantDescs.CD_void, CHANNEL, ConstantDescs.CD_boolean);

    @Override
    public byte @Nullable [] transform(
            @Nullable ClassLoader loader,
            String name,
            @Nullable Class<?> redefined,
            @Nullable ProtectionDomain domain,
            byte[] bytes) {
        if (!name.startsWith(STORE_NODE)) return null;
        ClassFile file = ClassFile.of();
        return file.transformClass(file.parse(bytes), ClassTransform.transformingMethodBodies(Rewriting::divert));
    }

    private static void divert(CodeBuilder code, CodeElement element) {
        if (!(element instanceof InvokeInstruction call)) code.with(element);
        else if (calls(call, "java/nio/channels/FileChannel", "force")) code.invokestatic(TROUBLE, "force", FORCE);
        else if (calls(call, "java/lang/System", "currentTimeMillis"))
            code.invokestatic(TROUBLE, "currentTimeMillis", call.typeSymbol());
        else code.with(element);
    }

    private static boolean calls(InvokeInstruction call, String owner, String method) {
        return call.owner().asInternalName().equals(owner) && call.name().equalsString(method);
    }
}
