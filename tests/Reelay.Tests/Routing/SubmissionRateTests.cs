using Reelay.Server.Routing;

namespace Reelay.Tests.Routing;

/// <summary>Submissions per second and per minute.</summary>
public sealed class SubmissionRateTests
{
    [Theory]
    [InlineData(1, 0, 10, 9)]
    [InlineData(5, 0, 50, 9)]
    [InlineData(0.5, 0, 4, 6)]
    [InlineData(2.5, 0, 8, 2)]
    [InlineData(0, 7, 21, 120)]
    [InlineData(3, 30, 60, 69)]
    public void Whoever_always_wants_to_send_sends_at_the_rate(double perSecond, int perMinute, int count, int seconds)
    {
        var rate = new SubmissionRate();
        rate.Follow(new ChannelConfig { SubmissionsPerSecond = perSecond, SubmissionsPerMinute = perMinute });
        long now = 5_000_000;
        var sent = new List<long>();
        while (sent.Count < count)
        {
            if (rate.NextAt(now) is var next && next > now) now = next;
            rate.Take(now);
            sent.Add(now);
        }

        Assert.InRange(sent[^1] - sent[0], (seconds * 1000) - 1000, (seconds * 1000) + 1000);
        var mostASecond = perSecond is >= 1 ? (int)Math.Ceiling(perSecond) * (perSecond % 1 == 0 ? 1 : 2) : int.MaxValue;
        Assert.All(sent, from => Assert.True(sent.Count(at => at >= from && at < from + 1000) <= mostASecond));
        if (perMinute > 0) Assert.All(sent, from => Assert.True(sent.Count(at => at >= from && at < from + 60_000) <= perMinute));
    }

    [Fact]
    public void Free_tokens_are_counted_and_a_channel_without_limits_has_all()
    {
        var rate = new SubmissionRate();
        Assert.Equal(50, rate.Free(1000, 50));
        rate.Follow(new ChannelConfig { SubmissionsPerSecond = 5, SubmissionsPerMinute = 6 });
        rate.Take(1000);
        Assert.Equal((4, 3), (rate.Free(1000, 50), rate.Free(1000, 3)));
        Assert.Equal(5, rate.Free(2000, 50));
        for (var i = 0; i < 5; i++) rate.Take(2000);
        Assert.Equal((0, 0, 1), (rate.Free(2000, 50), rate.Free(3000, 50), rate.Free(61_000, 50)));
    }

    [Fact]
    public void A_clock_that_is_set_back_blocks_nothing()
    {
        var rate = new SubmissionRate();
        rate.Follow(new ChannelConfig { SubmissionsPerMinute = 1 });
        rate.Take(10_000_000);
        Assert.Equal(0, rate.NextAt(1_000_000));
    }
}
