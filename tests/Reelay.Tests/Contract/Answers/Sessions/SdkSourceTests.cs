using System.ClientModel;
using System.Text.Json;
using OpenAI.Videos;
using Reelay.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Contract.Answers.Sessions;

/// <summary>New videos from earlier ones with the published packages: all that each has for it.</summary>
public sealed class SdkSourceTests(RunningGateway gateway) : IClassFixture<RunningGateway>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_node_package_remixes_edits_and_extends()
    {
        var clip = Path.Combine(gateway.Host.Folder, "source.mp4");
        await File.WriteAllBytesAsync(clip, StandInClipStore.Clip.ToArray(), Cancellation);
        var result = await NodeScripts.RunAsync(gateway.Host, "gateway-sources", clip);
        var id = result.GetProperty("source").GetProperty("video").Text("id");
        foreach (var (name, mode, source) in new[] { ("remix", "edit", id), ("edit", "edit", id), ("extension", "extend", id), ("file", "edit", null) })
        {
            var made = result.GetProperty(name);
            var video = made.GetProperty("video");
            Assert.Equal(("completed", mode), (video.Text("status"), video.GetProperty("effective").Text("mode")));
            Assert.Equal(source, video.TryGetProperty("remixed_from_video_id", out var from) ? from.GetString() : null);
            Assert.Equal(("video/mp4", StandInClipStore.Clip.Length), (made.Text("type"), made.GetProperty("size").GetInt32()));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_dotnet_package_remixes(bool isAsync)
    {
        var id = await gateway.FinishedAsync();
        var client = new VideoClient(new ApiKeyCredential("sk-reelay-sandbox"), new VideoClientOptions { Endpoint = new Uri(gateway.Host.BaseUrl, "/v1") });
        using var prompt = BinaryContent.Create(BinaryData.FromString("""{"prompt":"bluer"}"""));
        var created = isAsync
            ? await client.CreateVideoRemixAsync(id, prompt, "application/json", null)
            : client.CreateVideoRemix(id, prompt, "application/json", null);
        var remix = JsonDocument.Parse(created.GetRawResponse().Content).RootElement;
        Assert.Equal((200, id, "queued"), (created.GetRawResponse().Status, remix.Text("remixed_from_video_id"), remix.Text("status")));
        Assert.Equal("completed", (await gateway.Host.FinishAsync(remix.Text("id"))).Text("status"));
    }
}
