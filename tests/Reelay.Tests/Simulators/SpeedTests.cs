using Reelay.Simulators;

namespace Reelay.Tests.Simulators;

public class SpeedTests
{
    [Fact]
    public void Work_is_the_sum_over_the_past_and_never_goes_back()
    {
        ManualTime time = new();
        Speed speed = new(time, 6);
        DateTimeOffset start = time.GetUtcNow();
        time.Advance(2);
        speed.Factor = 10;
        time.Advance(3);
        speed.Factor = 0.5;
        time.Advance(4);
        Assert.Equal(2 + 30 + 2, speed.WorkSeconds(start, time.GetUtcNow()), 6);
        Assert.Equal(start.AddSeconds(1.5), speed.WhenDone(start, 1.5));
        Assert.Equal(start.AddSeconds(3), speed.WhenDone(start, 12));
        Assert.Equal(start.AddSeconds(9), speed.WhenDone(start, 34));
        Assert.Equal(start.AddSeconds(11), speed.WhenDone(start, 35));
    }

    [Fact]
    public void A_job_started_later_knows_only_the_factor_in_force()
    {
        ManualTime time = new();
        Speed speed = new(time, 6) { Factor = 10 };
        time.Advance(100);
        DateTimeOffset start = time.GetUtcNow();
        Assert.Equal(start.AddSeconds(2), speed.WhenDone(start, 20));
        speed.Factor = 0;
        Assert.Null(speed.WhenDone(start, 20));
    }
}
