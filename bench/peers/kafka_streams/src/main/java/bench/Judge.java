package bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** Keeps the latest consent, and looks it up for shares; every event is read. */
final class Judge implements Processor<String, byte[], String, byte[]> {
  static final String STORE = "latest";

  private static final String SEPARATOR = "\u001F";

  private final Events.Reading reading;
  private final boolean keep;
  private KeyValueStore<String, byte[]> store;
  private ProcessorContext<String, byte[]> context;

  Judge(Events events, boolean keep) {
    this.keep = keep;
    this.reading = events.new Reading();
  }

  @Override
  public void init(ProcessorContext<String, byte[]> given) {
    context = given;
    store = given.getStateStore(STORE);
  }

  @Override
  public void process(Record<String, byte[]> record) {
    GenericRecord event = reading.read(record.value());
    if (keep) {
      store.put(record.key() + SEPARATOR + event.get("event_id"), record.value());
    }
    switch (event.getSchema().getName()) {
      case "ConsentChange" -> consent(record.key(), event);
      case "DataShare" -> share(record, event);
      default -> {
        // The others change nothing in the small job.
      }
    }
  }

  private void consent(String subject, GenericRecord event) {
    byte granted = (byte) (event.get("action").toString().equals("GRANTED") ? 1 : 0);
    byte[] now = instant(event, granted);
    for (Object purpose : list(event, "purposes")) {
      for (Object recipient : list(event, "recipient_ids")) {
        String place = subject + SEPARATOR + purpose + SEPARATOR + recipient;
        byte[] before = store.get(place);
        if (before == null || at(before) <= at(now)) {
          store.put(place, now);
        }
      }
    }
  }

  private void share(Record<String, byte[]> record, GenericRecord event) {
    String place =
        record.key() + SEPARATOR + event.get("purpose") + SEPARATOR + event.get("recipient_id");
    byte[] latest = store.get(place);
    if (latest == null || latest[8] == 0) {
      tell(record, event, "NO_CONSENT");
    }
  }

  private void tell(Record<String, byte[]> record, GenericRecord event, String code) {
    String text = event.get("event_id") + SEPARATOR + code;
    context.forward(record.withValue(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static byte[] instant(GenericRecord event, byte flag) {
    return ByteBuffer.allocate(9).putLong((long) event.get("occurred_at")).put(flag).array();
  }

  private static long at(byte[] stored) {
    return ByteBuffer.wrap(stored).getLong();
  }

  private static List<?> list(GenericRecord event, String field) {
    Object found = event.get(field);
    return found == null ? List.of() : (List<?>) found;
  }
}
