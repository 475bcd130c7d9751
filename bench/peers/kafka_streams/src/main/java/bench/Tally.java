package bench;

import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** Counts events; the clock runs from the first to the last that is wanted. */
final class Tally {
  private final long wanted;
  private final AtomicLong read = new AtomicLong();
  private final AtomicLong violations = new AtomicLong();
  private final CountDownLatch done = new CountDownLatch(1);
  private volatile long began;
  private volatile long ended;

  Tally(long wanted) {
    this.wanted = wanted;
  }

  void event() {
    long count = read.incrementAndGet();
    if (count == 1) {
      began = System.nanoTime();
    }
    if (count == wanted) {
      ended = System.nanoTime();
      done.countDown();
    }
  }

  void violation() {
    violations.incrementAndGet();
  }

  void await() throws InterruptedException {
    done.await();
  }

  String report(double cpuSeconds) {
    return String.format(
        Locale.ROOT,
        "{\"events\": %d, \"seconds\": %.3f, \"violations\": %d, \"cpu_seconds\": %.3f}",
        wanted,
        (ended - began) / 1e9,
        violations.get(),
        cpuSeconds);
  }
}
