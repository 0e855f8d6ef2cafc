import com.codahale.metrics.Timer;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * The peer of `heliostat-bench timer`: prints what one `Timer.update` takes in nanoseconds, CPU on one thread, time on each of two.
 */
public final class DropwizardTimer {
    private static final int RECORDS = 1_000_000;
    private static final int WARM_UP = 8;
    private static final int ROUNDS = 9;

    public static void main(String[] arguments) throws InterruptedException {
        boolean alone = arguments[0].equals("1");
        Timer timer = new Timer();
        double[] rounds = new double[ROUNDS];
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            long nanoseconds = alone ? alone(timer) : inPairs(timer);
            if (round >= 0) rounds[round] = (double) nanoseconds / RECORDS;
        }
        Arrays.sort(rounds);
        System.out.println(rounds[ROUNDS / 2]);
    }

    private static long alone(Timer timer) {
        long began = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        record(timer);
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - began;
    }

    private static long inPairs(Timer timer) throws InterruptedException {
        Thread other = new Thread(() -> record(timer));
        long began = System.nanoTime();
        other.start();
        record(timer);
        other.join();
        return System.nanoTime() - began;
    }

    private static void record(Timer timer) {
        for (int index = 0; index < RECORDS; index++) timer.update((index & 0xFFFFF) * 1000L, TimeUnit.NANOSECONDS);
    }
}
