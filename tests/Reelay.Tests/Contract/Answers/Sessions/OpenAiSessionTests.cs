using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Reelay.Simulators;

namespace Reelay.Tests.Contract.Answers.Sessions;

/// <summary>OpenAI's Videos API as its reference and guide describe it, without an SDK; the key has the dialect <c>nulls</c>, since the reference requires every key.</summary>
public sealed class OpenAiSessionTests(RunningGateway gateway) : IClassFixture<RunningGateway>
{
    private static readonly string[] RequiredKeys =
    [
        "id", "object", "model", "status", "progress", "created_at", "completed_at", "expires_at", "prompt", "size", "seconds",
        "remixed_from_video_id", "error",
    ];

    [Fact]
    public async Task A_video_is_ordered_polled_downloaded_remixed_edited_extended_listed_and_deleted()
    {
        using var caller = await SessionCaller.WithKeyAsync(gateway.Host, "nulls");

        // The reference's own curl: -F fields under a JSON content type.
        var published = new StringContent("--X\r\nContent-Disposition: attachment; name=\"prompt\"\r\n\r\na calico cat plays the piano\r\n--X--\r\n", Encoding.UTF8);
        published.Headers.ContentType = MediaTypeHeaderValue.Parse("application/json; boundary=X");
        var created = await caller.PostAsync("/v1/videos", published);
        Assert.Equal(("video", "sora-2", "queued", "4", "720x1280"), (
            created.Text("object"), created.Text("model"), created.Text("status"), created.Text("seconds"), created.Text("size")));
        AssertComplete(created);

        var id = created.Text("id");
        var video = await caller.PollAsync("/v1/videos/" + id, "completed", "failed");
        Assert.Empty(caller.States.Except(["queued", "in_progress", "completed"]));
        Assert.Equal(("completed", 100), (video.Text("status"), video.GetProperty("progress").GetInt32()));
        AssertComplete(video);
        Assert.Equal(("video/mp4", StandInClipStore.Clip.Length), await SizeAsync(caller, $"/v1/videos/{id}/content"));
        Assert.Equal(("video/mp4", StandInClipStore.Clip.Length), await SizeAsync(caller, $"/v1/videos/{id}/content?variant=video"));

        foreach (var (path, body) in new[]
        {
            ($"/v1/videos/{id}/remix", """{"prompt": "Shift the colour palette to teal"}"""),
            ("/v1/videos/edits", $$$"""{"prompt": "Shift the colour palette to teal", "video": {"id": "{{{id}}}"}}"""),
            ("/v1/videos/extensions", $$$"""{"prompt": "It bows", "seconds": "8", "video": {"id": "{{{id}}}"}}"""),
        })
        {
            var next = await caller.PostAsync(path, body);
            Assert.Equal(id, next.Text("remixed_from_video_id"));
            Assert.Equal("completed", (await caller.PollAsync("/v1/videos/" + next.Text("id"), "completed", "failed")).Text("status"));
        }

        var page = await caller.GetAsync("/v1/videos?limit=2&order=asc");
        Assert.Equal(("list", id, true), (page.Text("object"), page.Text("first_id"), page.GetProperty("has_more").GetBoolean()));
        page = await caller.GetAsync("/v1/videos?limit=2&order=asc&after=" + page.Text("last_id"));
        Assert.Equal((2, false), (page.GetProperty("data").GetArrayLength(), page.GetProperty("has_more").GetBoolean()));
        Assert.Equal($$"""{"id":"{{id}}","deleted":true,"object":"video.deleted"}""", (await caller.DeleteAsync("/v1/videos/" + id)).GetRawText());
        var error = (await caller.GetAsync("/v1/videos/" + id, 404)).GetProperty("error");
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(member => member.Name));
    }

    private static void AssertComplete(JsonElement video) => Assert.All(RequiredKeys, key => Assert.True(video.TryGetProperty(key, out _), key));

    private static async Task<(string Type, int Length)> SizeAsync(SessionCaller caller, string path)
    {
        var (type, bytes) = await caller.DownloadAsync(path);
        return (type, bytes.Length);
    }
}
