using Reelay.Server.Webhooks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Webhooks;

/// <summary>How much may be under way to whom.</summary>
public sealed class DestinationBookTests
{
    private const string Place = "acct_a https://a.example.com:443";

    private readonly ManualTimeProvider _time = new();
    private readonly DestinationBook _book;

    public DestinationBookTests() =>
        _book = new DestinationBook(new WebhookOptions { MaxInFlight = 20, MaxPerOrigin = 8 }, _time, new SeededRandomness(1));

    [Fact]
    public void A_quick_receiver_gets_twice_as_much_with_each_success_and_a_slow_one_half()
    {
        Assert.Equal([1, 2, 4, 8, 8], Enumerable.Range(0, 5).Select(_ =>
        {
            var free = Free(Place);
            Try(Place, Success(TimeSpan.FromMilliseconds(20)));
            return free;
        }));
        Try(Place, Success(TimeSpan.FromSeconds(9)));
        Assert.Equal(4, Free(Place));
    }

    [Fact]
    public void After_three_failures_one_probe_goes_out_at_a_time_at_growing_distances_until_one_succeeds()
    {
        for (var n = 0; n < 3; n++) Try(Place, Failure(null));
        var rests = new List<double>();
        for (var n = 0; n < 12; n++)
        {
            Assert.Equal(0, _book.Free(Place, out var rest));
            rests.Add(rest.TotalSeconds);
            _time.Advance(rest);
            Assert.Equal(1, Free(Place));
            var wasQuick = _book.Begin(Place);
            Assert.Equal(0, Free(Place));
            _book.End(Place, wasQuick, Failure(503));
        }

        Assert.InRange(rests[0], 4.5, 5.5);
        Assert.InRange(rests[3], 36, 44);
        Assert.InRange(rests[^1], 540, 660);
        _book.Free(Place, out var last);
        _time.Advance(last);
        Try(Place, Success(TimeSpan.Zero));
        Assert.Equal(2, Free(Place));
    }

    [Fact]
    public void A_refusal_of_one_delivery_closes_nothing_and_retry_after_rests_at_once()
    {
        for (var n = 0; n < 10; n++) Try(Place, Failure(404));
        Assert.Equal(1, Free(Place));
        Try(Place, Failure(429) with { RetryAfter = TimeSpan.FromHours(3) });
        Assert.Equal(0, _book.Free(Place, out var rest));
        Assert.InRange(rest.TotalMinutes, 9, 11);
    }

    [Fact]
    public void One_accounts_dead_receiver_closes_nobody_elses_at_the_same_host()
    {
        for (var n = 0; n < 5; n++) Try(Place, Failure(null));
        Assert.Equal(0, Free(Place));
        Assert.Equal(1, Free(Place.Replace("acct_a", "acct_b", StringComparison.Ordinal)));
    }

    [Fact]
    public void Receivers_that_are_not_known_to_be_quick_leave_half_of_the_places_to_the_others()
    {
        Try(Place, Success(TimeSpan.Zero));
        for (var n = 0; n < 10; n++)
        {
            Assert.Equal(1, Free($"acct_a https://dead{n}.example.com:443"));
            _book.Begin($"acct_a https://dead{n}.example.com:443");
        }

        Assert.Equal(0, Free("acct_a https://dead10.example.com:443"));
        Assert.Equal(2, Free(Place));
    }

    [Fact]
    public void An_origin_has_its_own_bound_however_many_accounts_tell_it()
    {
        for (var n = 0; n < 8; n++) _book.Begin($"acct_{n} https://shared.example.com:443");
        Assert.Equal(0, Free("acct_9 https://shared.example.com:443"));
        Assert.Equal(1, Free("acct_9 https://shared.example.com:8443"));
    }

    [Fact]
    public void The_wait_of_a_delivery_doubles_with_jitter_and_ends_at_its_last_moment()
    {
        var policy = new DeliveryPolicy(new WebhookOptions(), new SeededRandomness(7));
        var end = (long)TimeSpan.FromHours(72).TotalMilliseconds;
        var waits = Enumerable.Range(0, 20).Select(tried => policy.NextAt(Row(tried, end), null, 0)!.Value / 1000.0).ToList();
        for (var n = 0; n < waits.Count; n++)
        {
            var usual = Math.Min(5 * Math.Pow(2, n), 4 * 3600);
            Assert.InRange(waits[n], usual * 0.75, usual * 1.25);
        }

        Assert.Equal(7_200_000, policy.NextAt(Row(0, end), TimeSpan.FromHours(2), 0));
        Assert.Equal(6 * 3_600_000, policy.NextAt(Row(0, end), TimeSpan.FromDays(30), 0));
        Assert.Equal(end, policy.NextAt(Row(30, end), null, end - 1));
        Assert.Null(policy.NextAt(Row(30, end), null, end));
    }

    [Fact]
    public void A_signature_is_that_of_the_specification()
    {
        // The example of the reference libraries: standard-webhooks/libraries, tests of every language.
        var signature = WebhookSignature.Of(
            ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, """{"test": 2432232314}"""u8);
        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", signature);
    }

    private static DueDelivery Row(int tried, long end) => new()
    {
        Id = "wh_1", AccountId = "acct_a", TaskId = "task_1", EndpointId = "", IsTask = false, Url = "https://a.example.com/", Destination = Place,
        AttemptCount = tried, SeriesFrom = 0, NextAt = 0, GiveUpAt = end, IsEndpointGone = false, IsEndpointDisabled = false,
    };

    private static WebhookAnswer Success(TimeSpan duration) => new(200, null, 0, duration, null);

    private static WebhookAnswer Failure(int? status) => new(status, status is null ? "timed_out" : "status", 0, TimeSpan.FromSeconds(10), null);

    private int Free(string destination) => _book.Free(destination, out _);

    private void Try(string destination, WebhookAnswer answer) => _book.End(destination, _book.Begin(destination), answer);
}
