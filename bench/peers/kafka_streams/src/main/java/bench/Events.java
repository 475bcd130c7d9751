package bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/** Reads events in Avro's single-object encoding, the schemas found by their fingerprints. */
final class Events {
  static final String[] TOPICS = {
    "consent-change", "purchase", "data-share", "marketing-message", "recipient-notification"
  };

  private static final int HEADER = 10;

  private final Map<Long, GenericDatumReader<GenericRecord>> readers = new HashMap<>();

  Events(Path folder) throws IOException {
    for (String topic : TOPICS) {
      Schema schema =
          new Schema.Parser().parse(folder.resolve(topic.replace('-', '_') + ".avsc").toFile());
      readers.put(
          SchemaNormalization.parsingFingerprint64(schema),
          new GenericDatumReader<>(schema, schema, new GenericData()));
    }
  }

  /** A reader for one thread: decoder and record are used again for each event. */
  final class Reading {
    private BinaryDecoder decoder;
    private final Map<Long, GenericRecord> records = new HashMap<>();

    GenericRecord read(byte[] value) {
      long print =
          ByteBuffer.wrap(value, 2, 8).order(java.nio.ByteOrder.LITTLE_ENDIAN).getLong();
      decoder =
          DecoderFactory.get().binaryDecoder(value, HEADER, value.length - HEADER, decoder);
      try {
        GenericRecord record = readers.get(print).read(records.get(print), decoder);
        records.put(print, record);
        return record;
      } catch (IOException error) {
        throw new IllegalStateException(error);
      }
    }
  }
}
