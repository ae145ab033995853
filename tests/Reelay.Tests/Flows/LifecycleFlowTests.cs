using System.Text.Json.Nodes;
using Reelay.Server.Routing;
using Reelay.Tests.Files;
using Reelay.Tests.Support;

namespace Reelay.Tests.Flows;

/// <summary>What a vendor has retired is gone at the vendor and nowhere else; what is listed can be ordered.</summary>
public sealed class LifecycleFlowTests
{
    private static readonly string[] Retired =
    [
        "kling-v1", "kling-v1-5", "kling-v1-6", "kling-v2-master", "kling-v2-1", "kling-v2-1-master",
        "gpt-image-1", "sora-2", "sora-2-pro", "sora-2-2025-10-06", "sora-2-2025-12-08", "sora-2-pro-2025-10-06",
    ];

    [Theory]
    [InlineData("https://api-singapore.klingai.com", "", false)]
    [InlineData("https://api-beijing.klingai.com", "", false)]
    [InlineData("https://api-singapore.klingai.com", "kling-v1-6,kling-v3", false)]
    [InlineData("http://127.0.0.1:1/kling", "kling-v1-6,kling-v3", true)]
    [InlineData("https://klingai.com.example", "", true)]
    [InlineData("http://127.0.0.1:1/kling", "", true)]
    public void An_old_name_is_served_by_every_host_but_the_vendors_own(string url, string models, bool isServed)
    {
        var provider = new ProviderSet().Find("kling")!;
        var config = new ChannelConfig { Provider = "kling", BaseUrl = url, Models = models };
        var served = ServedModels.Of(config, provider, new Uri(url)).Models.Select(model => model.Upstream).ToList();
        Assert.Equal(isServed, served.Contains("kling-v1-6"));
        Assert.Contains("kling-v3", served);
        Assert.True(models.Length == 0 || served.Count == (isServed ? 2 : 1));
    }

    [Fact]
    public async Task At_the_vendors_own_hosts_retired_names_are_not_listed_and_refused_with_a_successor()
    {
        await using var gateway = await GatewayHost.StartAsync(new()
        {
            ["Reelay:Channels:sandbox_kling:BaseUrl"] = "https://api-singapore.klingai.com",
            ["Reelay:Channels:sandbox_openai:BaseUrl"] = "https://api.openai.com/v1",
            ["Reelay:Channels:sandbox_openai_images:BaseUrl"] = "https://api.openai.com/v1",
        });
        var names = await NamesAsync(gateway);
        Assert.Empty(names.Intersect(Retired.Except(["kling-v1-6", "kling-v1-5", "kling-v1", "sora-2"])));
        Assert.Contains("kling-v3", names);
        Assert.Contains("gpt-image-2", names);

        // Of three old names one mode is left, which another model makes now.
        var (_, old) = await gateway.SendAsync(HttpMethod.Get, "/v1/models/kling-v1-6");
        Assert.Equal(["multi_i2v", "extend"], old.GetProperty("capabilities").GetProperty("modes").EnumerateArray().Select(mode => mode.GetString()));
        var error = (await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { model = "kling-v2-1", prompt = "x" })).Error(404);
        Assert.Equal("model_not_found", error.Text("code"));
        Assert.Contains("`kling-v3`", error.Text("message"));
        Assert.Equal("model_not_found", (await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { model = "sora-2-pro", prompt = "x" })).Error(404).Text("code"));
    }

    [Fact]
    public async Task The_sandbox_serves_old_names_and_every_listed_name_can_be_estimated()
    {
        await using var gateway = await GatewayHost.StartAsync(new()
        {
            ["Reelay:Aliases:quick:Model"] = "kling-v2-5-turbo",
            ["Reelay:Aliases:quick:Parameters:quality"] = "pro",
            ["Reelay:Aliases:poster:Model"] = "gpt-image-2",
            ["Reelay:Aliases:poster:Parameters:size"] = "1024x1536",
        });
        var (_, list) = await gateway.SendAsync(HttpMethod.Get, "/v1/models");
        var models = list.GetProperty("data").EnumerateArray().ToDictionary(model => model.Text("id"));
        Assert.Empty(Retired.Except(models.Keys));

        var family = models["kling-video"].GetProperty("model_names").EnumerateArray().Select(name => name.GetString()!).ToList();
        Assert.Equal(
            ["kling-v1", "kling-v1-5", "kling-v1-6", "kling-v2-1", "kling-v2-1-master", "kling-v2-5-turbo", "kling-v2-6", "kling-v2-master", "kling-v3"], family.Order());
        Assert.Equal(("kling-v2-5-turbo", "pro"), (models["quick"].Text("alias_of"), models["quick"].GetProperty("fixed").Text("quality")));
        foreach (var (name, model) in models)
        {
            foreach (var mode in model.GetProperty("capabilities").GetProperty("inputs").EnumerateObject())
            {
                // Sources are tasks and characters are uploads: an estimate of theirs is another test's.
                var needs = mode.Value.GetProperty("requires").EnumerateArray().Select(input => input.GetString()!).ToList();
                if (needs.Contains("source_video")) continue;
                var order = Order(name, mode.Name, needs);
                if (model.TryGetProperty("model_names", out _)) order["model_name"] = "kling-v3";
                var (status, estimate) = await gateway.SendAsync(HttpMethod.Post, "/v1/videos/estimate", order);
                Assert.True(status == 200, $"{name} {mode.Name}: {estimate.GetRawText()}");
                Assert.Equal((name, mode.Name), (estimate.Text("model"), estimate.GetProperty("effective").Text("mode")));
            }
        }

        var (_, alias) = await gateway.SendAsync(HttpMethod.Post, "/v1/videos/estimate", new { model = "quick", prompt = "x" });
        Assert.Equal(("pro", 5 * 70_000), (alias.GetProperty("effective").Text("quality"), alias.GetProperty("price_micros").GetInt64()));
        var refused = await gateway.SendAsync(HttpMethod.Post, "/v1/videos/estimate", new { model = "quick", prompt = "x", quality = "std" });
        Assert.Equal("quality", refused.Error(400).Text("param"));
        var made = await gateway.FinishAsync(await gateway.OrderAsync(body: new { model = "poster", prompt = "x" }));
        Assert.Equal(("completed", "poster", "1024x1536"), (made.Text("status"), made.Text("model"), made.GetProperty("effective").Text("size")));
    }

    [Fact]
    public async Task A_known_model_may_get_a_name_of_the_operators_own()
    {
        await using var gateway = await GatewayHost.StartAsync(new()
        {
            ["Reelay:Channels:sandbox_kling:Models"] = "kling-v3, my-kling=kling-v2-6",
            ["Reelay:Channels:sandbox_openai:Models"] = "my-sora=sora-2-pro",
            ["Reelay:Channels:sandbox_openai_images:Models"] = "my-pictures=gpt-image-1.5,free=gpt-image-2",
        });
        foreach (var (model, size, shown) in new[] { ("my-kling", "1920x1080", "1920x1080"), ("my-sora", "1024x1792", "1024x1792"), ("my-pictures", "1536x1024", "1536x1024"), ("free", "1600x1200", "1600x1200") })
        {
            var id = await gateway.OrderAsync(body: new { model, prompt = "a boat " + model, size });
            var (_, queued) = await gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + id);
            Assert.Equal(shown, queued.GetProperty("effective").TryGetProperty("size", out var made) ? made.GetString() : null);
            Assert.Equal("completed", (await gateway.FinishAsync(id)).Text("status"));
            Assert.Single(gateway.Sandbox.Submissions, report => report.Row.Prompt == "a boat " + model && report.Row.Accepted);
        }
    }

    private static JsonObject Order(string name, string mode, List<string> needs)
    {
        var order = new JsonObject { ["model"] = name, ["mode"] = mode, ["prompt"] = "x" };
        if (needs.Contains("first_frame")) order["image"] = "https://example.com/first.png";
        if (needs.Contains("last_frame")) order["end_image_url"] = "https://example.com/last.png";
        if (needs.Contains("reference_image")) order["reference_images"] = mode == "multi_i2v" ? new JsonArray("https://example.com/one.png", "https://example.com/two.png") : new JsonArray("https://example.com/one.png");
        if (needs.Contains("reference_video")) order["video_urls"] = new JsonArray("https://example.com/one.mp4");
        if (needs.Contains("reference_audio")) order["audio_urls"] = new JsonArray("https://example.com/one.mp3");
        return order;
    }

    private static async Task<List<string>> NamesAsync(GatewayHost gateway) =>
        [.. (await gateway.SendAsync(HttpMethod.Get, "/v1/models")).Body.GetProperty("data").EnumerateArray().Select(model => model.Text("id"))];
}
