import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Java's own client as a producer, driven line by line: see tests/clients/child.py. */
public class Producers {
  public static void main(String[] arguments) throws Exception {
    var producers = new HashMap<String, KafkaProducer<byte[], byte[]>>();
    var sending = new ArrayList<Future<?>>();
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.equals(".")) {
        producers.values().forEach(KafkaProducer::flush);
        for (var one : sending) {
          one.get();
        }
        sending.clear();
        System.out.println("done");
        continue;
      }
      String[] parts = line.split("\t");
      var producer =
          producers.computeIfAbsent(
              parts[0], codec -> new KafkaProducer<>(settings(arguments[0], codec)));
      sending.add(producer.send(new ProducerRecord<>(parts[1], bytes(parts[2]), bytes(parts[3]))));
    }
    producers.values().forEach(KafkaProducer::close);
  }

  private static Map<String, Object> settings(String bootstrap, String codec) {
    return Map.of(
        "bootstrap.servers", bootstrap,
        "compression.type", codec,
        "acks", "all",
        // Several records a batch, as under load.
        "linger.ms", 100,
        "key.serializer", ByteArraySerializer.class,
        "value.serializer", ByteArraySerializer.class);
  }

  private static byte[] bytes(String text) {
    return Base64.getDecoder().decode(text);
  }
}
