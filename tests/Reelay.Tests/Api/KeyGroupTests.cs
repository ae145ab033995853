using System.Text.Json;
using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

/// <summary>Keys with groups, and the place of a video in its line.</summary>
public sealed class KeyGroupTests
{
    private static readonly Dictionary<string, string?> Grouped = new()
    {
        ["Reelay:Channels:sandbox_kling:Groups"] = "official, stable",
    };

    [Fact]
    public async Task A_key_orders_what_the_channels_of_its_groups_serve()
    {
        await using var gateway = await GatewayHost.StartAsync(Grouped);
        var plain = await KeyTests.CreateKeyAsync(gateway, new { name = "plain" });
        var both = await KeyTests.CreateKeyAsync(gateway, new { name = "both", groups = new[] { "stable", "default", "stable" } });
        Assert.Equal("""["default"]""", plain.GetProperty("groups").GetRawText());
        Assert.Equal("""["stable","default"]""", both.GetProperty("groups").GetRawText());
        using var admin = gateway.NewClient(gateway.AdminKey);
        var listed = (await gateway.SendAsync(HttpMethod.Get, "/admin/v1/keys", client: admin)).Body.GetProperty("data").EnumerateArray()
            .Single(row => row.GetProperty("name").GetString() == "both");
        Assert.Equal("""["stable","default"]""", listed.GetProperty("groups").GetRawText());

        using var plainClient = gateway.NewClient(plain.GetProperty("secret").GetString()!);
        using var bothClient = gateway.NewClient(both.GetProperty("secret").GetString()!);
        Assert.DoesNotContain("kling-v3", await ModelsAsync(gateway, plainClient));
        Assert.Contains("kling-v3", await ModelsAsync(gateway, bothClient));
        var refused = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "a boat", model = "kling-v3" }, plainClient);
        Assert.Equal((404, "model_not_found"), (refused.Status, refused.Body.GetProperty("error").GetProperty("code").GetString()));
        var created = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "a boat", model = "kling-v3" }, bothClient);
        Assert.Equal(200, created.Status);
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "a boat" }, plainClient)).Status);
    }

    [Fact]
    public async Task Groups_that_no_channel_has_are_refused_naming_those_that_exist()
    {
        await using var gateway = await GatewayHost.StartAsync(Grouped);
        using var admin = gateway.NewClient(gateway.AdminKey);
        foreach (var (body, said) in new[] { ("""{"name":"x","groups":["stable","gold"]}""", "gold"), ("""{"name":"x","groups":[null]}""", "null") })
        {
            var (status, answer) = await gateway.SendAsync(HttpMethod.Post, "/admin/v1/keys", JsonSerializer.Deserialize<JsonElement>(body), admin);
            var error = answer.GetProperty("error");
            Assert.Equal((400, "invalid_groups", "groups"), (status, error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
            Assert.Contains("default, official, stable", error.GetProperty("message").GetString());
            Assert.Contains($"'{said}'", error.GetProperty("message").GetString());
        }
    }

    [Fact]
    public async Task A_video_that_stands_in_line_tells_its_place()
    {
        await using var gateway = await GatewayHost.StartAsync(new() { ["Reelay:Channels:sandbox_openai:MaxInFlight"] = "0" });
        var ids = new List<string>();
        for (var i = 1; i <= 3; i++)
        {
            ids.Add(await gateway.OrderAsync("boat " + i));
            await PositionAsync(gateway, ids[^1], i);
        }

        var (_, page) = await gateway.SendAsync(HttpMethod.Get, "/v1/videos?order=asc");
        Assert.Equal([1, 2, 3], page.GetProperty("data").EnumerateArray().Select(row => row.GetProperty("queue_position").GetInt32()));
        await gateway.SendAsync(HttpMethod.Post, $"/v1/videos/{ids[0]}/cancel");
        await PositionAsync(gateway, ids[1], 1);
        var ended = await gateway.FinishAsync(ids[0]);
        Assert.False(ended.TryGetProperty("queue_position", out _));
    }

    private static async Task PositionAsync(GatewayHost gateway, string id, int wanted)
    {
        while (true)
        {
            var video = (await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + id)).Body;
            if (video.TryGetProperty("queue_position", out var position) && position.GetInt32() == wanted) return;
        }
    }

    private static async Task<IReadOnlyList<string?>> ModelsAsync(GatewayHost gateway, HttpClient client) =>
        [.. (await gateway.SendAsync(HttpMethod.Get, "/v1/models", client: client)).Body.GetProperty("data").EnumerateArray()
            .Select(row => row.GetProperty("id").GetString())];
}
