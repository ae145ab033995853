using Reelay.Load;
using Reelay.Server.Engine;
using Reelay.Server.Engine.Polling;

namespace Reelay.Tests.Engine.Polling;

/// <summary>The schedule as arithmetic: expected lag and reads, against the best schedule there is.</summary>
public sealed class PollPolicyTests
{
    private const double Sigma = 0.25;
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(30, 8)]
    [InlineData(60, 8)]
    [InlineData(120, 12)]
    [InlineData(300, 18)]
    public void What_was_learned_gives_nearly_the_best_schedule(double median, double maxReads)
    {
        var (curve, _) = Learn(median, assumed: median, count: 600);

        var ours = BestSchedule.Of(Schedule(curve, 20 * median), median, Sigma);

        var best = BestSchedule.With(ours.ReadCount, median, Sigma, Least.TotalSeconds);
        Assert.InRange(ours.ReadCount, 1, maxReads);
        Assert.True(ours.LagSeconds <= 1.2 * best.LagSeconds, $"median {median}: {ours} against {best}");
        Assert.InRange(curve.Median, 0.9 * median, 1.1 * median);
        TestContext.Current.TestOutputHelper?.WriteLine($"median {median}: ours {ours}, best {best}, ratio {ours.LagSeconds / best.LagSeconds:F3}");
    }

    [Theory]
    [InlineData(30)]
    [InlineData(60)]
    [InlineData(300)]
    public void An_assumption_that_is_right_is_enough_to_begin_with(double median)
    {
        var ours = BestSchedule.Of(Schedule(DurationCurve.Assumed(median), 20 * median), median, Sigma);
        Assert.InRange(ours.ReadCount, 1, median <= 60 ? 10 : 20);
        Assert.InRange(ours.LagSeconds, 0, median / 10);
    }

    [Theory]
    [InlineData(60, 600, 60, 40)]
    [InlineData(60, 6, 2, 30)]
    [InlineData(60, 3600, 160, 62)]
    [InlineData(1, 600, 120, 60)]
    public void A_wrong_assumption_costs_bounded_reads_and_lag(double assumed, double real, int maxReads, double maxLag)
    {
        var times = Schedule(DurationCurve.Assumed(assumed), 2 * real + 1000);
        var reads = times.TakeWhile(time => time < real).Count() + 1;
        Assert.InRange(reads, 1, maxReads);
        Assert.InRange(times.First(time => time >= real) - real, 0, maxLag);
    }

    [Theory]
    [InlineData(60, 600, 0.2)]
    [InlineData(60, 6, 0.2)]
    [InlineData(6, 60, 0.2)]
    public void A_wrong_assumption_is_unlearned(double assumed, double real, double within)
    {
        var (curve, tail) = Learn(real, assumed, count: 150);
        Assert.InRange(curve.Median, (1 - within) * real, (1 + within) * real);
        Assert.InRange(tail.Reads, 1, real < 60 ? 9 : 26);
        Assert.InRange(tail.Lag, 0, real / 10);
    }

    [Fact]
    public void An_upstream_that_becomes_slower_or_faster_is_learned_again()
    {
        var histogram = new DurationHistogram();
        var curve = DurationCurve.Assumed(60);
        foreach (var (median, low, high) in new[] { (60.0, 54, 66), (120.0, 108, 132), (30.0, 27, 33) })
        {
            (curve, _) = Learn(median, 0, 800, histogram, curve);
            Assert.InRange(curve.Median, low, high);
        }
    }

    [Fact]
    public void Half_of_what_is_not_there_yet_comes_after_the_estimate()
    {
        var (curve, _) = Learn(60, 60, 600);
        Assert.InRange(curve.MedianAfter(0), 55, 65);
        var before = 0.0;
        for (var elapsed = 0.0; elapsed < 4000; elapsed += 7)
        {
            var estimate = curve.MedianAfter(elapsed);
            Assert.True(estimate >= elapsed && estimate >= before, $"{elapsed}: {estimate} after {before}");
            Assert.Equal((1 + curve.Ended(elapsed)) / 2, curve.Ended(estimate), 6);
            before = estimate;
        }
    }

    [Theory]
    [InlineData(20, 0, null, 20.0)]
    [InlineData(1, 0, 100.0, 100.0)]
    [InlineData(1, 0, 86_400.0, 600.0)]
    [InlineData(45, 70, 40.0, 45.0)]
    [InlineData(1, 70, -5.0, null)]
    public void A_pause_is_never_shorter_than_the_channel_and_the_upstream_ask(double least, double elapsed, double? asked, double? atLeast)
    {
        var curve = DurationCurve.Assumed(60);
        var pause = PollPolicy.Pause(
            TimeSpan.FromSeconds(elapsed), curve, TimeSpan.FromSeconds(least), asked is { } seconds ? TimeSpan.FromSeconds(seconds) : null, 0.5);
        var own = PollPolicy.Next(TimeSpan.FromSeconds(elapsed), curve, 0.5) - TimeSpan.FromSeconds(elapsed);
        Assert.Equal(Math.Max(own.TotalSeconds, atLeast ?? 0), pause.TotalSeconds, 6);
    }

    [Theory]
    [InlineData(-1e9)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1e-9)]
    [InlineData(86_400)]
    [InlineData(1e9)]
    public void Any_time_that_a_clock_can_show_gives_a_pause_of_moderate_length(double elapsed)
    {
        foreach (var assumed in new[] { 0, 0.08, 60, 86_400 })
        {
            var curve = DurationCurve.Assumed(assumed);
            var pause = PollPolicy.Pause(TimeSpan.FromSeconds(elapsed), curve, Least, null, 0.5);
            Assert.InRange(pause.TotalSeconds, 1, Math.Max(60, assumed));
        }
    }

    [Fact]
    public void Jitter_moves_a_poll_by_little_and_never_back()
    {
        var curve = DurationCurve.Assumed(60);
        var early = PollPolicy.Next(TimeSpan.FromSeconds(50), curve, 0);
        var late = PollPolicy.Next(TimeSpan.FromSeconds(50), curve, 1);
        Assert.InRange((late - early).TotalSeconds, 0.1, 4);
        Assert.True(early > TimeSpan.FromSeconds(50));
    }

    // Times of the polls, without jitter, until long after every result.
    private static List<double> Schedule(DurationCurve curve, double until)
    {
        var times = new List<double>();
        var at = TimeSpan.Zero;
        while (at.TotalSeconds < until)
        {
            at += PollPolicy.Pause(at, curve, Least, null, 0.5);
            times.Add(at.TotalSeconds);
        }

        return times;
    }

    // Orders one after the other, each polled as the policy says of what was learned before it. The last 50 give lag and reads.
    private static (DurationCurve Curve, (double Lag, double Reads) Tail) Learn(
        double median, double assumed, int count, DurationHistogram? histogram = null, DurationCurve? curve = null)
    {
        const int TailCount = 50;
        var random = new Random(7);
        histogram ??= new DurationHistogram();
        curve ??= DurationCurve.Assumed(assumed);
        double lag = 0, reads = 0;
        for (var i = 0; i < count; i++)
        {
            var real = median * Math.Exp(Sigma * Gauss(random));
            TimeSpan before = default, at = default;
            while (at.TotalSeconds < real)
            {
                before = at;
                at += PollPolicy.Pause(at, curve, Least, null, random.NextDouble());
                if (i >= count - TailCount) reads++;
            }

            if (i >= count - TailCount) lag += at.TotalSeconds - real;
            histogram.Add(before.TotalSeconds, at.TotalSeconds, curve);
            if (i + 1 >= DurationHistogram.LeastCount) curve = histogram.ToCurve();
        }

        return (curve, (lag / TailCount, reads / TailCount));
    }

    private static double Gauss(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
