using System.Text.Json;
using Reelay.Tests.Files;
using Reelay.Tests.Support;

namespace Reelay.Tests.Flows;

/// <summary>An old name goes on when its last channel is gone: the operator's mapping makes it elsewhere.</summary>
public sealed class SuccessorFlowTests
{
    [Fact]
    public async Task An_old_name_moves_to_the_vendor_when_its_channel_is_removed_and_back_when_it_returns()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var admin = gateway.NewClient(gateway.AdminKey);
        var own = await MappingAsync(gateway);
        Assert.Equal((false, "viduq3-pro", "seconds 20"), (own.GetProperty("in_use").GetBoolean(), own.Text("model"), Assert.Single(own.GetProperty("missing").EnumerateArray()).GetString()));
        Assert.Equal(12, own.GetProperty("seconds").GetProperty("12").GetInt32());
        Assert.Equal("sandbox_openai", await ChannelAsync(gateway, new { prompt = "a red boat", seconds = "20" }));

        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Delete, "/admin/v1/channels/sandbox_openai", client: admin)).Status);
        Assert.True((await MappingAsync(gateway)).GetProperty("in_use").GetBoolean());
        var listed = (await gateway.SendAsync(HttpMethod.Get, "/v1/models/sora-2")).Body.GetProperty("capabilities");
        Assert.Equal([4, 8, 12, 16], listed.GetProperty("seconds").EnumerateArray().Select(item => item.GetInt32()));
        Assert.Contains("16", (await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "x", seconds = "20" })).Error(400).Text("message"), StringComparison.Ordinal);

        var id = await gateway.OrderAsync();
        var video = await gateway.FinishAsync(id);
        Assert.Equal(("completed", "sora-2", "4", "720x1280"), (video.Text("status"), video.Text("model"), video.Text("seconds"), video.Text("size")));
        Assert.Equal("model_succeeded", Assert.Single(video.GetProperty("warnings").EnumerateArray()).Text("code"));
        Assert.Equal("vendor", (await gateway.AdminTaskAsync(id)).GetProperty("attempts")[0].Text("channel"));

        Assert.Equal(200, (await gateway.SendAsync(
            HttpMethod.Post, "/admin/v1/channels",
            new { id = "sandbox_openai", base_url = gateway.Sandbox.BaseUrl + "openai/v1", api_key = "sk-sandbox-openai", expected_seconds = 0.3, min_poll_milliseconds = 50 }, admin)).Status);
        Assert.Equal("sandbox_openai", await ChannelAsync(gateway, new { prompt = "a blue boat" }));
    }

    [Fact]
    public async Task The_settings_replace_or_take_back_what_the_sandbox_maps_and_the_log_says_what_is_missing()
    {
        using var log = new WholeLog();
        var settings = new Dictionary<string, string?>
        {
            ["Reelay:Successors:sora-2:Model"] = "",
            ["Reelay:Successors:sora-2-pro:Model"] = "doubao-seedance-1-5-pro-251215",
            ["Reelay:Successors:sora-2-pro:Seconds:16"] = "12",
            ["Reelay:Channels:sandbox_openai:BaseUrl"] = "https://api.openai.com/v1",
            ["Reelay:Channels:sandbox_openai:Models"] = "sora-2,sora-2-pro",
        };
        await using var gateway = await GatewayHost.StartAsync(settings, services: services => services.AddSingleton<ILoggerProvider>(log));
        Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Get, "/v1/models/sora-2")).Status);
        var video = await gateway.FinishAsync(await gateway.OrderAsync(body: new { model = "sora-2-pro", prompt = "a red boat", seconds = 16 }));
        Assert.Equal(("completed", "16"), (video.Text("status"), video.Text("seconds")));
        Assert.Equal(
            ["`sora-2-pro` is served no more; `doubao-seedance-1-5-pro-251215` makes it in its place.", "`seconds` = `16` becomes 12."],
            video.GetProperty("warnings").EnumerateArray().Select(warning => warning.Text("message")));

        Assert.Contains(log.Lines, line => line.Contains(
            "The successor doubao-seedance-1-5-pro-251215 of sora-2-pro has nothing for seconds 20, size 1024x1792, size 1792x1024", StringComparison.Ordinal));
        Assert.Contains(log.Lines, line => line.Contains(
            "The channel sandbox_openai names sora-2, sora-2-pro, which api.openai.com has switched off", StringComparison.Ordinal));
    }

    private static async Task<JsonElement> MappingAsync(GatewayHost gateway) =>
        (await gateway.SendAsync(HttpMethod.Get, "/v1/models/sora-2")).Body.GetProperty("successor_mapping");

    private static async Task<string?> ChannelAsync(GatewayHost gateway, object body)
    {
        var id = await gateway.OrderAsync(body: body);
        Assert.Equal("completed", (await gateway.FinishAsync(id)).Text("status"));
        return (await gateway.AdminTaskAsync(id)).GetProperty("attempts")[0].Text("channel");
    }
}
