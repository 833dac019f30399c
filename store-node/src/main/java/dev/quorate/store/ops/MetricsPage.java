package dev.quorate.store.ops;

import dev.quorate.store.Bytes;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** /metrics, in the format that the scraper asks for. */
final class MetricsPage {
    private final Metrics metrics;
    private final ExpositionFormats formats = ExpositionFormats.init();

    MetricsPage(Metrics metrics) {
        this.metrics = metrics;
    }

    Page page(String accept) {
        ExpositionFormatWriter writer = formats.findWriter(accept);
        ByteArrayOutputStream out = new ByteArrayOutputStream(64 * 1024);
        try {
            writer.write(out, metrics.registry().scrape());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        boolean asEtcdWrites = writer.getContentType().startsWith("text/plain");
        Bytes page = asEtcdWrites
                ? Bytes.utf8(GoNumbers.page(out.toString(StandardCharsets.UTF_8)))
                : Bytes.wrap(out.toByteArray());
        return new Page(200, writer.getContentType(), Map.of(), page);
    }
}
