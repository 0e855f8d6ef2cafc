import com.codahale.metrics.Timer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** The peer of `heliostat-bench timer`: prints what one `Timer.update` takes in nanoseconds, chosen from several rounds as there. */
public final class DropwizardTimer {
    private static final int RECORDS = 1_000_000;
    private static final int WARM_UP = 8;
    private static final int ROUNDS = 9;

    public static void main(String[] arguments) throws InterruptedException {
        int threads = Integer.parseInt(arguments[0]);
        Timer timer = new Timer();
        double[] rounds = new double[ROUNDS];
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            double nanoseconds = round(timer, threads);
            if (round >= 0) rounds[round] = nanoseconds;
        }
        Arrays.sort(rounds);
        System.out.println(threads == 1 ? rounds[0] : rounds[ROUNDS / 2]);
    }

    private static double round(Timer timer, int threads) throws InterruptedException {
        Thread[] running = new Thread[threads];
        long began = System.nanoTime();
        for (int thread = 0; thread < threads; thread++) {
            running[thread] = new Thread(() -> record(timer));
            running[thread].start();
        }
        for (Thread thread : running) thread.join();
        return (double) (System.nanoTime() - began) / RECORDS;
    }

    private static void record(Timer timer) {
        for (int index = 0; index < RECORDS; index++) timer.update((index & 0xFFFFF) * 1000L, TimeUnit.NANOSECONDS);
    }
}
