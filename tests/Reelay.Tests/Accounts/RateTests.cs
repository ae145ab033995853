using Reelay.Server.Api.Limiting;
using Reelay.Server.Engine;
using Reelay.Tests.Support;

namespace Reelay.Tests.Accounts;

/// <summary>Requests and orders per minute.</summary>
public sealed class RateTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, "0ms")]
    [InlineData(0.2, "1ms")]
    [InlineData(120, "120ms")]
    [InlineData(1000, "1s")]
    [InlineData(8640, "8.64s")]
    [InlineData(60000, "1m0s")]
    [InlineData(360000, "6m0s")]
    [InlineData(61500, "1m1.5s")]
    public void Times_are_written_as_OpenAI_writes_them(double milliseconds, string text) =>
        Assert.Equal(text, RequestRates.Duration(TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void A_bucket_holds_a_minutes_worth_and_fills_evenly()
    {
        var bucket = new RateBucket();
        var now = TimeSpan.FromHours(1).Ticks;
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal((TimeSpan.Zero, 6 - i), (bucket.WaitFor(6, now), bucket.Left(6, now)));
            bucket.Take(6, now);
        }

        Assert.Equal((TimeSpan.FromSeconds(10), 0, TimeSpan.FromMinutes(1)), (bucket.WaitFor(6, now), bucket.Left(6, now), bucket.UntilFull(now)));
        now += TimeSpan.FromSeconds(10).Ticks;
        Assert.Equal((TimeSpan.Zero, 1), (bucket.WaitFor(6, now), bucket.Left(6, now)));
        bucket.Take(6, now);
        Assert.False(bucket.IsFull(now));
        Assert.True(bucket.IsFull(now + TimeSpan.FromMinutes(1).Ticks));
        Assert.Equal(6, bucket.Left(6, now + TimeSpan.FromHours(1).Ticks));
    }

    [Fact]
    public async Task Of_several_nodes_each_allows_its_part_and_tells_of_the_whole()
    {
        var rates = new RequestRates(new ManualTimeProvider(), new ClusterSize { LiveNodes = 2 });
        await using var gateway = await GatewayHost.StartAsync(services: services => services.AddSingleton(rates));
        var (_, client) = await gateway.KeyAsync(new { name = "slow", requests_per_minute = 3 });
        using (client)
        {
            foreach (var left in new[] { "2", "0" })
            {
                using var answer = await client.GetAsync("/v1/videos", Cancellation);
                Assert.Equal((200, "3", left), ((int)answer.StatusCode, Header(answer, "x-ratelimit-limit-requests"), Header(answer, "x-ratelimit-remaining-requests")));
            }

            using var refused = await client.GetAsync("/v1/videos", Cancellation);
            Assert.Equal((429, "3"), ((int)refused.StatusCode, Header(refused, "x-ratelimit-limit-requests")));
        }
    }

    [Fact]
    public async Task Requests_beyond_the_rate_wait_and_every_answer_says_what_is_left()
    {
        var clock = new ManualTimeProvider();
        await using var gateway = await GatewayHost.StartAsync(services: services => services.AddSingleton(new RequestRates(clock)));
        var (_, client) = await gateway.KeyAsync(new { name = "slow", requests_per_minute = 3 });
        using (client)
        {
            for (var left = 2; left >= 0; left--)
            {
                using var answer = await client.GetAsync("/v1/videos", Cancellation);
                Assert.Equal((200, "3", left.ToString()), ((int)answer.StatusCode, Header(answer, "x-ratelimit-limit-requests"), Header(answer, "x-ratelimit-remaining-requests")));
                Assert.Equal(left == 0 ? "1m0s" : $"{60 - (20 * left)}s", Header(answer, "x-ratelimit-reset-requests"));
            }

            using (var refused = await client.GetAsync("/v1/videos", Cancellation))
            {
                Assert.Equal((429, "0"), ((int)refused.StatusCode, Header(refused, "x-ratelimit-remaining-requests")));
                Assert.Equal("20", Header(refused, "Retry-After"));
                Assert.Contains("rate_limit_exceeded", await refused.Content.ReadAsStringAsync(Cancellation));
            }

            clock.Advance(TimeSpan.FromSeconds(20));
            Assert.Equal((200, ""), await gateway.TryAsync(client, HttpMethod.Get, "/v1/videos"));
        }

        using var unlimited = await gateway.Client.GetAsync("/v1/videos", Cancellation);
        Assert.False(unlimited.Headers.Contains("x-ratelimit-limit-requests"));
    }

    [Fact]
    public async Task Orders_have_a_rate_of_their_own_and_the_keys_of_an_account_share_its()
    {
        await using var gateway = await GatewayHost.StartAsync(services: services => services.AddSingleton(new RequestRates(new ManualTimeProvider())));
        var (_, first) = await gateway.KeyAsync(new { name = "first", account = new { id = "acct_a", name = "a", unlimited = true, creates_per_minute = 3 }, creates_per_minute = 2 });
        var (_, second) = await gateway.KeyAsync(new { name = "second", account_id = "acct_a" });
        using (first)
        using (second)
        {
            var answers = new List<(int, string)>();
            for (var i = 0; i < 3; i++) answers.Add(await gateway.TryOrderAsync(first, "boat " + i));
            for (var i = 0; i < 2; i++) answers.Add(await gateway.TryOrderAsync(second, "ship " + i));
            Assert.Equal([(200, ""), (200, ""), (429, "rate_limit_exceeded"), (200, ""), (429, "rate_limit_exceeded")], answers);
            Assert.Equal((200, ""), await gateway.TryAsync(first, HttpMethod.Get, "/v1/videos"));
            Assert.Equal((200, ""), await gateway.TryAsync(second, HttpMethod.Post, "/v1/videos/estimate", new { prompt = "x" }));
        }
    }

    private static string Header(HttpResponseMessage answer, string name) => answer.Headers.GetValues(name).Single();
}
