using System.Text.Json;
using Reelay.Tests.Files;
using Reelay.Tests.Support;

namespace Reelay.Tests.Sdk;

/// <summary>Files and characters with the npm package <c>openai</c> as it is published.</summary>
public sealed class NodeFileTests
{
    [Fact]
    public async Task Files_are_created_listed_read_and_deleted()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var picture = Path.Combine(gateway.Folder, "frame.png");
        await File.WriteAllBytesAsync(picture, Uploads.Png, TestContext.Current.CancellationToken);
        var result = await NodeScripts.RunAsync(gateway, "files", picture);
        var (buffered, streamed) = (result.GetProperty("buffered"), result.GetProperty("streamed"));
        Assert.Equal(("file", "first frame.png", "vision", "processed"), (
            buffered.Text("object"), buffered.Text("filename"), buffered.Text("purpose"), buffered.Text("status")));
        Assert.Equal(buffered.GetProperty("created_at").GetInt64() + 3600, buffered.GetProperty("expires_at").GetInt64());
        Assert.Equal(("frame.png", "image/png"), (streamed.Text("filename"), streamed.Text("content_type")));
        Assert.Equal(buffered.GetRawText(), result.GetProperty("retrieved").GetRawText());
        Assert.Equal([buffered.Text("id"), streamed.Text("id")], result.GetProperty("listed").EnumerateArray().Select(id => id.GetString()!));
        Assert.Equal([streamed.Text("id")], result.GetProperty("filtered").EnumerateArray().Select(id => id.GetString()!));
        Assert.Equal(("image/png", true), (result.GetProperty("content").Text("type"), result.GetProperty("content").GetProperty("isSame").GetBoolean()));
        Assert.True(result.GetProperty("deleted").GetProperty("deleted").GetBoolean());
        AssertError(result.GetProperty("gone"), "NotFoundError", "file_not_found");
        AssertError(result.GetProperty("text"), "BadRequestError", "invalid_file");
        AssertError(result.GetProperty("purpose"), "BadRequestError", "invalid_purpose");
    }

    [Fact]
    public async Task Characters_are_created_and_read()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var clip = Path.Combine(gateway.Folder, "ada.mp4");
        await File.WriteAllBytesAsync(clip, Uploads.Clip(), TestContext.Current.CancellationToken);
        var result = await NodeScripts.RunAsync(gateway, "gateway-characters", clip);
        Assert.Equal(("Ada", "Bob"), (result.GetProperty("made").Text("name"), result.GetProperty("streamed").Text("name")));
        Assert.Equal(result.GetProperty("made").GetRawText(), result.GetProperty("read").GetRawText());
        AssertError(result.GetProperty("unknown"), "NotFoundError", "character_not_found");
        AssertError(result.GetProperty("nameless"), "BadRequestError", "invalid_name");
    }

    private static void AssertError(JsonElement error, string className, string code) =>
        Assert.Equal((className, code), (error.Text("class"), error.Text("code")));
}
