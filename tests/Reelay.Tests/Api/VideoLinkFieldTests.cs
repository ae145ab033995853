using System.Text.Json;
using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

/// <summary>Where links stand in the object of a task.</summary>
public sealed class VideoLinkFieldTests
{
    // CONTRACT 20, in its order; keys of others may stand between and behind.
    private static readonly string[] Order =
    [
        "id", "task_id", "object", "model", "status", "progress", "created_at", "seconds", "size", "prompt",
        "completed_at", "expires_at", "error", "remixed_from_video_id", "output_url", "video_url", "url", "outputs", "warnings", "effective",
        "metadata", "external_task_id", "usage", "estimated_completion_at", "queue_position", "cost",
    ];

    [Fact]
    public async Task Three_fields_carry_the_link_once_the_task_is_completed_and_none_before()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var (_, created) = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "a red boat" });
        var failed = await gateway.FinishAsync(await gateway.OrderAsync("[fail:content_policy]"));
        foreach (var early in new[] { created, failed })
        {
            foreach (var name in new[] { "video_url", "url", "outputs", "metadata", "output_url" }) Assert.False(early.TryGetProperty(name, out _), name);
        }

        var video = await gateway.FinishAsync(created.GetProperty("id").GetString()!);
        var link = video.GetProperty("video_url").GetString();
        Assert.StartsWith(video.GetProperty("output_url").GetString() + "?expires=", link);
        Assert.Equal(link, video.GetProperty("url").GetString());
        Assert.Equal($$"""{"url":"{{link}}"}""", video.GetProperty("metadata").GetRawText());
        Assert.False(video.TryGetProperty("outputs", out _));

        var names = video.EnumerateObject().Select(property => property.Name).ToList();
        Assert.Equal(Order.Where(names.Contains), names.Where(Order.Contains));
        var (_, page) = await gateway.SendAsync(HttpMethod.Get, "/v1/videos?limit=1&order=asc");
        Assert.Equal(video.GetRawText(), page.GetProperty("data")[0].GetRawText());
    }

    [Theory]
    [InlineData("""{"shot":7}""", """{"shot":7,"url":LINK}""")]
    [InlineData("""{"url":"https://mine.example/","shot":7}""", """{"url":"https://mine.example/","shot":7}""")]
    [InlineData("""{}""", """{"url":LINK}""")]
    public async Task Metadata_gets_the_link_unless_the_caller_has_a_url_there(string sent, string expected)
    {
        await using var gateway = await GatewayHost.StartAsync();
        var body = $$"""{"prompt":"a red boat","metadata":{{sent}}}""";
        var id = await gateway.OrderAsync(body: body);
        var video = await gateway.FinishAsync(id);
        var link = JsonSerializer.Serialize(video.GetProperty("url").GetString()).Replace("\\u0026", "&");
        Assert.Equal(expected.Replace("LINK", link), video.GetProperty("metadata").GetRawText());

        // The order itself stays as the caller sent it.
        var order = (await gateway.AdminTaskAsync(id)).GetProperty("order");
        Assert.DoesNotContain("signature=", order.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(video.GetRawText(), (await gateway.FinishAsync(id)).GetRawText());
    }
}
