using System.Text;
using System.Text.Json;
using Reelay.Tests.Support;

namespace Reelay.Tests.Accounts;

/// <summary>Balances, budgets and tasks in flight as callers meet them.</summary>
public sealed class QuotaTests
{
    private static readonly Dictionary<string, string?> Waiting = new() { ["Reelay:Channels:sandbox_openai:MaxInFlight"] = "0" };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Five_hundred_requests_at_once_spend_a_balance_for_one_hundred_exactly()
    {
        await using var gateway = await GatewayHost.StartAsync(Waiting);
        var price = (await gateway.SendAsync(HttpMethod.Post, "/v1/videos/estimate", new { prompt = "x" })).Body.GetProperty("price_micros").GetInt64();
        var (_, client) = await gateway.KeyAsync(new { name = "rich", account = new { name = "a", id = "acct_a", balance_micros = 100 * price } });
        using (client)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => gateway.TryOrderAsync(client, "boat " + i)));
            Assert.Equal(100, answers.Count(answer => answer.Status == 200));
            Assert.Equal(400, answers.Count(answer => answer == (403, "insufficient_user_quota")));
            var account = await gateway.DoneAsync(HttpMethod.Get, "accounts/acct_a");
            Assert.Equal((100 * price, 100 * price, 100 * price, 100), (
                account.GetProperty("balance_micros").GetInt64(), account.GetProperty("reserved_micros").GetInt64(),
                account.GetProperty("spent_micros").GetInt64(), account.GetProperty("tasks_in_flight").GetInt64()));
        }
    }

    [Fact]
    public async Task Budgets_are_not_passed_by_requests_at_once_and_say_when_they_renew()
    {
        await using var gateway = await GatewayHost.StartAsync(Waiting);
        var price = (await gateway.SendAsync(HttpMethod.Post, "/v1/videos/estimate", new { prompt = "x" })).Body.GetProperty("price_micros").GetInt64();
        var (id, client) = await gateway.KeyAsync(new { name = "poor", day_budget_micros = (2 * price) + 1 });
        using (client)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => gateway.TryOrderAsync(client, "boat " + i)));
            Assert.Equal(2, answers.Count(answer => answer.Status == 200));
            using var response = await OrderAsync(client);
            Assert.Equal((403, "false"), ((int)response.StatusCode, response.Headers.GetValues("x-should-retry").Single()));
            var message = (await BodyAsync(response)).GetProperty("error").GetProperty("message").GetString()!;
            Assert.Contains("budget of this key for a day", message);
            Assert.Matches("renews at [0-9]{4}-[0-9]{2}-[0-9]{2}T00:00:00Z", message);

            // A higher budget counts at once.
            await gateway.DoneAsync(HttpMethod.Patch, "keys/" + id, new { day_budget_micros = (long?)null, total_budget_micros = 3 * price });
            Assert.Equal((200, ""), await gateway.TryOrderAsync(client));
            using var spent = await OrderAsync(client);
            Assert.Contains("It does not renew", (await BodyAsync(spent)).GetProperty("error").GetProperty("message").GetString());
        }
    }

    [Fact]
    public async Task As_many_videos_as_may_be_are_unfinished_and_the_next_waits_for_an_end()
    {
        await using var gateway = await GatewayHost.StartAsync(Waiting);
        var (_, client) = await gateway.KeyAsync(new { name = "busy", account = new { name = "a", unlimited = true, max_in_flight = 3 }, max_in_flight = 5 });
        using (client)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "boat " + i }, client)));
            var made = answers.Where(answer => answer.Status == 200).ToList();
            Assert.Equal(3, made.Count);
            using var response = await OrderAsync(client);
            Assert.Equal((429, "10"), ((int)response.StatusCode, response.Headers.GetValues("Retry-After").Single()));
            Assert.Equal("tasks_in_flight_exceeded", Operator.Code(await BodyAsync(response)));

            var id = made[0].Body.GetProperty("id").GetString();
            Assert.Equal((200, ""), await gateway.TryAsync(client, HttpMethod.Post, $"/v1/videos/{id}/cancel"));
            while ((await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + id, client: client)).Body.GetProperty("status").GetString() != "failed") await GatewayHost.PauseAsync();
            Assert.Equal((200, ""), await gateway.TryOrderAsync(client));
            Assert.Equal((429, "tasks_in_flight_exceeded"), await gateway.TryOrderAsync(client));
        }
    }

    private static Task<HttpResponseMessage> OrderAsync(HttpClient client) =>
        client.PostAsync("/v1/videos", new StringContent("""{"prompt":"one more"}""", Encoding.UTF8, "application/json"), Cancellation);

    private static async Task<JsonElement> BodyAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation)).RootElement;
}
