using Reelay.Server.Assets.Fetching;
using Reelay.Tests.Support;

namespace Reelay.Tests.Contract.Answers;

/// <summary>Rule 26: with the sandbox on, documented links to example.com come from the sandbox, and Chinese prompts have glyphs.</summary>
public sealed class SandboxSampleTests(RunningGateway gateway) : IClassFixture<RunningGateway>
{
    [Theory]
    [InlineData("""{"prompt": "x", "input_reference": {"image_url": "https://example.com/a.png"}, "size": "1280x720"}""")]
    [InlineData("""{"prompt": "x", "image_url": "http://example.com/deep/path/a.jpg", "size": "1280x720"}""")]
    [InlineData("""{"model": "gpt-image-2", "prompt": "x", "reference_images": ["https://example.com/ref.png"]}""")]
    [InlineData("""{"prompt": "x", "model": "sora-2", "mode": "edit", "video_url": "https://example.com/c.mp4"}""")]
    public async Task A_documented_link_is_fetched_from_the_sandbox(string body)
    {
        var video = await gateway.Host.FinishAsync(await gateway.Host.OrderAsync(body: body));
        Assert.True(video.GetProperty("status").GetString() == "completed", video.GetRawText());
    }

    [Theory]
    [InlineData("https://example.com.evil.example/a.png", false)]
    [InlineData("https://sub.example.com/a.png", false)]
    [InlineData("https://example.com/a.png", true)]
    public void Only_that_very_host_is_replaced(string link, bool isReplaced)
    {
        var rewrites = gateway.Host.Services.GetRequiredService<FetcherOptions>().Rewrites;
        var read = rewrites.Aggregate(new Uri(link), (url, rewrite) => rewrite.Apply(url));
        Assert.Equal(isReplaced ? new Uri(gateway.Host.Sandbox.BaseUrl, "/_sandbox/samples/a.png") : new Uri(link), read);
    }

    [Fact]
    public async Task Without_the_sandbox_nothing_is_replaced()
    {
        await using var host = await GatewayHost.StartAsync(new() { ["Reelay:Sandbox:Enabled"] = "false" });
        var options = host.Services.GetRequiredService<FetcherOptions>();
        Assert.Empty(options.Rewrites);
        Assert.Empty(options.MediaOrigins);
    }

    [Fact]
    public void Running_it_installs_a_font_with_chinese_glyphs()
    {
        var lines = File.ReadLines(Path.Combine(Repository.Root, "Makefile")).SkipWhile(line => !line.StartsWith("run:", StringComparison.Ordinal));
        Assert.Contains("fonts-wqy-microhei", lines.Skip(1).TakeWhile(line => line.StartsWith('\t')).First(line => line.Contains("apt-install", StringComparison.Ordinal)));
    }
}
