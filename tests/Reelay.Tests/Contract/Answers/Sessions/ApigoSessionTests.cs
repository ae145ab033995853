using System.Text.Json;
using Reelay.Simulators;

namespace Reelay.Tests.Contract.Answers.Sessions;

/// <summary>apigo's video endpoint: multipart with a file, a first state called <c>pending</c>, content with the key. Its key has the dialect <c>pending</c>.</summary>
public sealed class ApigoSessionTests(RunningGateway gateway) : IClassFixture<RunningGateway>
{
    [Fact]
    public async Task A_form_with_a_file_is_pending_then_completed_and_its_content_is_the_video()
    {
        using var caller = await SessionCaller.WithKeyAsync(gateway.Host, "pending");
        using var form = new MultipartFormDataContent
        {
            { new StringContent("sora-2"), "model" },
            { new StringContent("一只小猫在花园里追蝴蝶"), "prompt" },
            { new StringContent("720x1280"), "size" },
            { new StringContent("4"), "seconds" },
            { new ByteArrayContent(PngImage.Gradient(720, 1280)), "input_reference", "example-file" },
        };
        var created = await caller.PostAsync("/v1/videos", form);
        Assert.Equal(("video", "sora-2", "pending", "720x1280", "4"), (
            created.Text("object"), created.Text("model"), created.Text("status"), created.Text("size"), created.Text("seconds")));
        Assert.Equal("一只小猫在花园里追蝴蝶", created.Text("prompt"));
        Assert.Equal(JsonValueKind.Number, created.GetProperty("created_at").ValueKind);

        var id = created.Text("id");
        var done = await caller.PollAsync("/v1/videos/" + id, "completed", "failed");
        Assert.Empty(caller.States.Except(["pending", "in_progress", "completed"]));
        Assert.Equal(("completed", 100), (done.Text("status"), done.GetProperty("progress").GetInt32()));
        Assert.True(done.GetProperty("expires_at").GetInt64() > done.GetProperty("completed_at").GetInt64());
        var (type, bytes) = await caller.DownloadAsync($"/v1/videos/{id}/content");
        Assert.Equal(("video/mp4", StandInClipStore.Clip.Length), (type, bytes.Length));

        // A remix is a create that names its source.
        var remix = await caller.PostAsync("/v1/videos", JsonSerializer.Serialize(new { model = "sora-2", prompt = "in winter", remixed_from_video_id = id }));
        Assert.Equal(("pending", id), (remix.Text("status"), remix.Text("remixed_from_video_id")));
        Assert.Equal("completed", (await caller.PollAsync("/v1/videos/" + remix.Text("id"), "completed", "failed")).Text("status"));
    }

    [Fact]
    public async Task A_failure_has_code_message_and_type()
    {
        using var caller = await SessionCaller.WithKeyAsync(gateway.Host, "pending");
        var created = await caller.PostAsync("/v1/videos", """{"model": "sora-2", "prompt": "[fail:content_policy]", "seconds": "4", "size": "720x1280"}""");
        var failed = await caller.PollAsync("/v1/videos/" + created.Text("id"), "completed", "failed");
        Assert.Equal(["code", "message", "type"], failed.GetProperty("error").EnumerateObject().Select(member => member.Name));
    }
}
