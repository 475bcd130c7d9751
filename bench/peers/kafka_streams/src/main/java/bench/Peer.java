package bench;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.Stores;

/**
 * The small job on Kafka Streams: the latest consent of each subject, purpose and recipient in a
 * RocksDB store with changelog and cache; a line out for each share without cover.
 *
 * <p>Arguments: bootstrap, input topics (commas between), output topic, application id, guarantee
 * (exactly_once_v2 or at_least_once), commit interval in ms, linger in ms, folder of the schemas,
 * folder for state, whether every event is kept too (true or false). Runs until it is killed.
 */
public final class Peer {
  private Peer() {}

  public static void main(String[] args) throws Exception {
    Events events = new Events(Path.of(args[7]));

    boolean keep = Boolean.parseBoolean(args[9]);

    Topology topology = new Topology();
    topology.addSource(
        "in", new StringDeserializer(), new ByteArrayDeserializer(), args[1].split(","));
    topology.addProcessor("judge", () -> new Judge(events, keep), "in");
    topology.addStateStore(
        Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(Judge.STORE), Serdes.String(), Serdes.ByteArray())
            .withCachingEnabled()
            .withLoggingEnabled(Map.of()),
        "judge");
    topology.addSink("out", args[2], new StringSerializer(), new ByteArraySerializer(), "judge");

    KafkaStreams streams = new KafkaStreams(topology, settings(args));
    streams.setUncaughtExceptionHandler(
        error -> {
          error.printStackTrace();
          Runtime.getRuntime().halt(1);
          return null;
        });
    streams.start();
    Thread.currentThread().join();
  }

  /** Fetch sizes, cache and batches as the documentation advises for throughput. */
  private static Properties settings(String[] args) {
    Properties set = new Properties();
    set.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
    set.put(StreamsConfig.APPLICATION_ID_CONFIG, args[3]);
    set.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, args[4]);
    set.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, Integer.parseInt(args[5]));
    set.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    set.put(StreamsConfig.STATE_DIR_CONFIG, args[8]);
    set.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 64 << 20);
    set.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    set.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 5000);
    set.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), 1 << 20);
    set.put(
        StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), Integer.parseInt(args[6]));
    set.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 262_144);
    return set;
  }
}
