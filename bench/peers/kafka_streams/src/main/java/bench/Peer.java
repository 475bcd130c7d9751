package bench;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
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
 * RocksDB store with changelog and cache; a line out for each share or message without cover.
 *
 * <p>Arguments: bootstrap, topic prefix, application id, guarantee (exactly_once_v2 or
 * at_least_once), threads, events to read before the end (0: until it is killed), folder of the
 * schemas, folder for state. Prints one JSON line at the end.
 */
public final class Peer {
  private Peer() {}

  public static void main(String[] args) throws Exception {
    String prefix = args[1];
    long wanted = Long.parseLong(args[5]);
    Tally tally = new Tally(wanted);
    Events events = new Events(Path.of(args[6]));

    Topology topology = new Topology();
    String[] inputs =
        Arrays.stream(Events.TOPICS).map(name -> prefix + name).toArray(String[]::new);
    topology.addSource("in", new StringDeserializer(), new ByteArrayDeserializer(), inputs);
    topology.addProcessor("judge", () -> new Judge(events, tally), "in");
    topology.addStateStore(
        Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(Judge.STORE), Serdes.String(), Serdes.ByteArray())
            .withCachingEnabled()
            .withLoggingEnabled(Map.of()),
        "judge");
    topology.addSink(
        "out",
        prefix + "peer-violations",
        new StringSerializer(),
        new ByteArraySerializer(),
        "judge");

    KafkaStreams streams = new KafkaStreams(topology, settings(args));
    CountDownLatch failed = new CountDownLatch(1);
    streams.setUncaughtExceptionHandler(
        error -> {
          error.printStackTrace();
          Runtime.getRuntime().halt(1);
          return null;
        });
    streams.start();
    if (wanted == 0) {
      failed.await();
    }
    tally.await();
    System.out.println(tally.report(cpuSeconds()));
    streams.close(Duration.ofSeconds(10));
    System.exit(0);
  }

  /** Tuned as the documentation of Kafka Streams says for throughput, with a commit each 100 ms. */
  private static Properties settings(String[] args) {
    Properties set = new Properties();
    set.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
    set.put(StreamsConfig.APPLICATION_ID_CONFIG, args[2]);
    set.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, args[3]);
    set.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, Integer.parseInt(args[4]));
    set.put(StreamsConfig.STATE_DIR_CONFIG, args[7]);
    set.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
    set.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 64 << 20);
    set.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    set.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 5000);
    set.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), 1 << 20);
    set.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 5);
    set.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 262_144);
    return set;
  }

  private static double cpuSeconds() {
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return system.getProcessCpuTime() / 1e9;
  }
}
