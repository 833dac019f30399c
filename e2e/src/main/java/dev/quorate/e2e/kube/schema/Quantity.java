package dev.quorate.e2e.kube.schema;

import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelFunctionBinding;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An amount such as 500m, 2Gi or 1e3, with the functions that CEL rules know of it. */
record Quantity(BigDecimal amount) {
    private static final OpaqueType TYPE = OpaqueType.create("kubernetes.Quantity");
    private static final Pattern FORM =
            Pattern.compile("([+-]?(?:\\d+\\.?\\d*|\\.\\d+))(?:([eE][+-]?\\d+)|([KMGTPE]i|[numkMGTPE]?))");
    private static final String BINARY = "KMGTPE";
    private static final Map<String, Integer> DECIMAL =
            Map.of("", 0, "n", -9, "u", -6, "m", -3, "k", 3, "M", 6, "G", 9, "T", 12, "P", 15, "E", 18);

    static Quantity parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("quantities must match the regular expression "
                    + "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$': " + text);
        }
        if (form.group(2) != null) return new Quantity(new BigDecimal(form.group(1) + form.group(2)));
        BigDecimal number = new BigDecimal(form.group(1));
        String suffix = form.group(3);
        if (suffix.endsWith("i")) {
            int power = BINARY.indexOf(suffix.charAt(0)) + 1;
            return new Quantity(number.multiply(BigDecimal.valueOf(1024).pow(power)));
        }
        return new Quantity(number.scaleByPowerOfTen(DECIMAL.getOrDefault(suffix, 0)));
    }

    private static boolean isQuantity(String text) {
        return FORM.matcher(text).matches();
    }

    private int compare(Quantity other) {
        return amount.compareTo(other.amount);
    }

    private boolean isInteger() {
        return amount.stripTrailingZeros().scale() <= 0 && amount.toBigInteger().bitLength() < Long.SIZE;
    }

    static List<CelFunctionDecl> declarations() {
        return List.of(
                CelFunctionDecl.newFunctionDeclaration(
                        "quantity", CelOverloadDecl.newGlobalOverload("quantity_string", TYPE, SimpleType.STRING)),
                CelFunctionDecl.newFunctionDeclaration(
                        "isQuantity",
                        CelOverloadDecl.newGlobalOverload("is_quantity_string", SimpleType.BOOL, SimpleType.STRING)),
                CelFunctionDecl.newFunctionDeclaration(
                        "add", member("quantity_add", TYPE, TYPE), member("quantity_add_int", TYPE, SimpleType.INT)),
                CelFunctionDecl.newFunctionDeclaration(
                        "sub", member("quantity_sub", TYPE, TYPE), member("quantity_sub_int", TYPE, SimpleType.INT)),
                method("compareTo", SimpleType.INT, TYPE),
                method("isLessThan", SimpleType.BOOL, TYPE),
                method("isGreaterThan", SimpleType.BOOL, TYPE),
                method("sign", SimpleType.INT),
                method("isInteger", SimpleType.BOOL),
                method("asInteger", SimpleType.INT),
                method("asApproximateFloat", SimpleType.DOUBLE));
    }

    private static CelFunctionDecl method(String name, CelType result, CelType... more) {
        return CelFunctionDecl.newFunctionDeclaration(name, member("quantity_" + name, result, more));
    }

    private static CelOverloadDecl member(String id, CelType result, CelType... more) {
        return more.length == 0
                ? CelOverloadDecl.newMemberOverload(id, result, TYPE)
                : CelOverloadDecl.newMemberOverload(id, result, TYPE, more[0]);
    }

    static List<CelFunctionBinding> bindings() {
        return List.of(
                CelFunctionBinding.from("quantity_string", String.class, Quantity::parse),
                CelFunctionBinding.from("is_quantity_string", String.class, Quantity::isQuantity),
                CelFunctionBinding.from(
                        "quantity_add", Quantity.class, Quantity.class, (a, b) -> new Quantity(a.amount.add(b.amount))),
                CelFunctionBinding.from(
                        "quantity_add_int",
                        Quantity.class,
                        Long.class,
                        (a, b) -> new Quantity(a.amount.add(BigDecimal.valueOf(b)))),
                CelFunctionBinding.from(
                        "quantity_sub",
                        Quantity.class,
                        Quantity.class,
                        (a, b) -> new Quantity(a.amount.subtract(b.amount))),
                CelFunctionBinding.from(
                        "quantity_sub_int",
                        Quantity.class,
                        Long.class,
                        (a, b) -> new Quantity(a.amount.subtract(BigDecimal.valueOf(b)))),
                CelFunctionBinding.from(
                        "quantity_compareTo", Quantity.class, Quantity.class, (a, b) -> (long) a.compare(b)),
                CelFunctionBinding.from(
                        "quantity_isLessThan", Quantity.class, Quantity.class, (a, b) -> a.compare(b) < 0),
                CelFunctionBinding.from(
                        "quantity_isGreaterThan", Quantity.class, Quantity.class, (a, b) -> a.compare(b) > 0),
                CelFunctionBinding.from("quantity_sign", Quantity.class, a -> (long) a.amount.signum()),
                CelFunctionBinding.from("quantity_isInteger", Quantity.class, Quantity::isInteger),
                CelFunctionBinding.from("quantity_asInteger", Quantity.class, a -> a.amount.longValueExact()),
                CelFunctionBinding.from("quantity_asApproximateFloat", Quantity.class, a -> a.amount.doubleValue()));
    }
}
