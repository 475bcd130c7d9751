import io.apicurio.registry.serde.avro.AvroKafkaDeserializer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Findings as a consumer with Apicurio's deserializer reads them.
 *
 * <p>Arguments: brokers, address of the registry's own interface, topic. Prints a line for each
 * record: key, name of the schema, violation_id, revision, code, with tabs between.
 */
public class ReadFindings {
  public static void main(String[] arguments) {
    var settings = new HashMap<String, Object>();
    settings.put("bootstrap.servers", arguments[0]);
    settings.put("isolation.level", "read_committed");
    settings.put("apicurio.registry.url", arguments[1]);
    var values = new AvroKafkaDeserializer<GenericRecord>();
    values.configure(settings, false);
    try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), values)) {
      List<TopicPartition> places = new ArrayList<>();
      consumer.partitionsFor(arguments[2])
          .forEach(one -> places.add(new TopicPartition(one.topic(), one.partition())));
      consumer.assign(places);
      consumer.seekToBeginning(places);
      var ends = consumer.endOffsets(places);
      while (places.stream().anyMatch(place -> consumer.position(place) < ends.get(place))) {
        for (var record : consumer.poll(Duration.ofMillis(200))) {
          GenericRecord finding = record.value();
          System.out.println(
              String.join(
                  "\t",
                  record.key(),
                  finding.getSchema().getFullName(),
                  finding.get("violation_id").toString(),
                  finding.get("revision").toString(),
                  finding.get("code").toString()));
        }
      }
    }
  }
}
