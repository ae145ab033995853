using System.Text.Json;

namespace Reelay.Tests.Contract;

/// <summary>Rule 8: size and seconds echo what was asked; <c>effective</c> shows what runs, and what came.</summary>
[Collection(ContractGateway.Name)]
public sealed class Rule08EchoTests(ContractGateway shared)
{
    [Theory]
    [InlineData("", "4 720x1280", "4 720x1280 720p t2v True")]
    [InlineData("seconds:'8s', size:'1280*720'", "8 1280*720", "8 1280x720 720p t2v True")]
    [InlineData("seconds:8.0, size:'16:9'", "8 16:9", "8 1280x720 720p t2v True")]
    [InlineData("model:'sora-2-pro', size:'1280x720', tier:'1080p'", "4 1280x720", "4 1920x1080 1080p t2v True")]
    [InlineData("model:'gpt-image-2', seconds:'8', size:'1024x1024', tier:'2k'", "8 1024x1024", "- 2048x2048 2k t2i -")]
    [InlineData("model:'gpt-image-2'", "0 1024x1024", "- 1024x1024 1k t2i -")]
    [InlineData("model:'gpt-image-2', size:'auto'", "0 auto", "- - 1k t2i -")]
    [InlineData("model:'kling-v2-6'", "5 1280x720", "5 1280x720 720p t2v False")]
    [InlineData("model:'kling-v2-6', image:<a.png>, mode:'pro', sound:'on'", "5 1920x1080", "5 - 1080p i2v True")]
    public async Task A_task_and_an_estimate_show_both(string request, string echo, string effective)
    {
        foreach (var path in new[] { "/v1/videos", "/v1/videos/estimate" })
        {
            var (status, body) = await shared.Gateway.SendAsync(HttpMethod.Post, path, Cases.Json(request));
            Assert.True(status == 200, body.ToString());
            Assert.Equal(echo, $"{body.GetProperty("seconds")} {body.GetProperty("size")}");
            Assert.Equal(effective, Effective(body));
        }
    }

    [Fact]
    public async Task Once_it_is_there_effective_is_what_was_measured()
    {
        var video = await shared.Gateway.FinishAsync(await shared.Gateway.OrderAsync(body: new { prompt = "x", seconds = "8s", size = "16:9" }));
        Assert.Equal(("8", "16:9"), (video.GetProperty("seconds").GetString(), video.GetProperty("size").GetString()));
        var effective = video.GetProperty("effective");
        Assert.True(effective.GetProperty("fps").GetDouble() > 0);

        // The sandbox of tests hands out one small clip for everything, so that the measured values are not the ordered ones.
        Assert.NotEqual("1280x720", effective.GetProperty("size").GetString());
        Assert.Equal(("t2v", "720p"), (effective.GetProperty("mode").GetString(), effective.GetProperty("tier").GetString()));
    }

    private static string Effective(JsonElement body)
    {
        var effective = body.GetProperty("effective");
        return string.Join(' ', new[] { "seconds", "size", "tier", "mode", "audio" }.Select(name => effective.TryGetProperty(name, out var value) ? value.ToString() : "-"));
    }
}
