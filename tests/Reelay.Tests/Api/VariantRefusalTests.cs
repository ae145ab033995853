using System.Text.Json;
using Reelay.Server.Storage;
using Reelay.Simulators;
using Reelay.Tests.Assets;
using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

/// <summary>Variants and outputs that cannot be had: refused clearly, and gone with their task.</summary>
public sealed class VariantRefusalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("poster")]
    [InlineData("THUMBNAIL")]
    [InlineData("thumbnail&variant=video")]
    public async Task An_unknown_variant_is_refused_with_the_words_that_are_known(string variant)
    {
        await using var gateway = await GatewayHost.StartAsync();
        var (_, url) = await FinishedAsync(gateway);
        var error = await ErrorAsync(gateway, $"{url}?variant={variant}", 400, "invalid_variant");
        Assert.Equal("variant", error.GetProperty("param").GetString());
        foreach (var word in new[] { "'video'", "'thumbnail'", "'spritesheet'" })
            Assert.Contains(word, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("99")]
    [InlineData("-1")]
    [InlineData("1.0")]
    [InlineData("first")]
    [InlineData("%2B0")]
    [InlineData("99999999999999999999")]
    [InlineData("0&index=0")]
    public async Task An_index_without_an_output_is_refused_with_what_is_allowed(string index)
    {
        await using var gateway = await GatewayHost.StartAsync();
        var (_, url) = await FinishedAsync(gateway);
        foreach (var suffix in new[] { "", "&variant=thumbnail" })
        {
            var error = await ErrorAsync(gateway, $"{url}?index={index}{suffix}", 400, "invalid_index");
            Assert.Equal("index", error.GetProperty("param").GetString());
            Assert.StartsWith("index can only be 0", error.GetProperty("message").GetString());
        }

        Assert.Equal(StandInClipStore.Clip.ToArray(), await gateway.Client.GetByteArrayAsync(url + "?index=0", Cancellation));
    }

    [Fact]
    public async Task Each_of_several_outputs_has_its_own_content_and_variants()
    {
        var picture = await FfmpegClips.MakeAsync(_folder, "second.png", "-f lavfi -i testsrc=size=96x64 -frames:v 1");
        await using var gateway = await GatewayHost.StartAsync();
        var (id, url) = await FinishedAsync(gateway);
        await gateway.PutAsync(id, 1, picture);

        Assert.Equal(StandInClipStore.Clip.ToArray(), await gateway.Client.GetByteArrayAsync(url, Cancellation));
        using var second = await gateway.Client.GetAsync(url + "?index=1", Cancellation);
        Assert.Equal("image/png", second.Content.Headers.ContentType!.MediaType);
        Assert.Contains(id + "-1.png", second.Content.Headers.ContentDisposition!.ToString(), StringComparison.Ordinal);
        Assert.Equal(picture, await second.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.NotEqual(
            await gateway.Client.GetByteArrayAsync(url + "?variant=thumbnail", Cancellation),
            await gateway.Client.GetByteArrayAsync(url + "?variant=thumbnail&index=1", Cancellation));
        var error = await ErrorAsync(gateway, url + "?index=2", 400, "invalid_index");
        Assert.Equal("index must be a whole number from 0 to 1, not '2'.", error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Without_ffmpeg_the_answer_says_so_and_the_video_is_served_all_the_same()
    {
        var settings = new Dictionary<string, string?> { ["Reelay:Variants:Ffmpeg"] = _folder.File("ffmpeg") };
        await using var gateway = await GatewayHost.StartAsync(settings);
        var (_, url) = await FinishedAsync(gateway);
        foreach (var variant in new[] { "thumbnail", "spritesheet" })
        {
            var error = await ErrorAsync(gateway, $"{url}?variant={variant}", 400, "variant_unavailable");
            Assert.Contains("This server has no ffmpeg", error.GetProperty("message").GetString(), StringComparison.Ordinal);
            Assert.DoesNotContain(_folder.Path, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal(StandInClipStore.Clip.ToArray(), await gateway.Client.GetByteArrayAsync(url, Cancellation));
    }

    [Fact]
    public async Task A_file_without_a_picture_has_no_variants()
    {
        Assert.SkipUnless(Tool.Exists("ffmpeg"), "ffmpeg is not installed");
        await using var gateway = await GatewayHost.StartAsync();
        var (id, url) = await FinishedAsync(gateway);
        await gateway.PutAsync(id, 0, [.. Enumerable.Repeat((byte)7, 5000)], "video/mp4");
        await ErrorAsync(gateway, url + "?variant=thumbnail", 400, "variant_unavailable");
        await gateway.PutAsync(id, 0, await FfmpegClips.MakeAsync(_folder, "a.wav", "-f lavfi -i sine=duration=1"));
        var error = await ErrorAsync(gateway, url + "?variant=spritesheet", 400, "variant_unavailable");
        Assert.Contains("audio/wav", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_render_that_takes_too_long_is_given_up_and_leaves_nothing_behind()
    {
        using var ffmpeg = await WatchedFfmpeg.CreateAsync();
        var settings = ffmpeg.Settings;
        settings["Reelay:Variants:RenderSeconds"] = "1";
        await using var gateway = await GatewayHost.StartAsync(settings);
        var (_, url) = await FinishedAsync(gateway);
        ffmpeg.Hold();
        var error = await ErrorAsync(gateway, url + "?variant=thumbnail", 400, "variant_unavailable");
        Assert.Contains("too long", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(gateway.Folder, "rendering")));
    }

    [Fact]
    public async Task Variants_go_with_their_task()
    {
        using var ffmpeg = await WatchedFfmpeg.CreateAsync();
        await using var gateway = await GatewayHost.StartAsync(ffmpeg.Settings);
        var (id, url) = await FinishedAsync(gateway);
        await gateway.Client.GetByteArrayAsync(url + "?variant=thumbnail", Cancellation);
        await gateway.Client.GetByteArrayAsync(url + "?variant=spritesheet", Cancellation);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(gateway.Folder, "assets", id, "variants")).Length);

        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Delete, "/v1/videos/" + id)).Status);

        await ErrorAsync(gateway, url + "?variant=thumbnail", 404, "video_not_found");
        await UntilRemovedAsync(gateway, id);
        Assert.Equal(0, gateway.Database(connection => connection.Scalar<long>("SELECT count(*) FROM asset_variants")));
    }

    [Fact]
    public async Task A_variant_that_is_ready_after_its_task_was_deleted_is_not_kept()
    {
        using var ffmpeg = await WatchedFfmpeg.CreateAsync();
        await using var gateway = await GatewayHost.StartAsync(ffmpeg.Settings);
        var (id, url) = await FinishedAsync(gateway);
        ffmpeg.Hold();
        var asked = ErrorAsync(gateway, url + "?variant=thumbnail", 404, "asset_expired");
        await ffmpeg.UntilRunsAsync(1);
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Delete, "/v1/videos/" + id)).Status);
        await UntilRemovedAsync(gateway, id);
        ffmpeg.Release();

        await asked;
        Assert.False(Directory.Exists(Path.Combine(gateway.Folder, "assets", id)));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(gateway.Folder, "rendering")));
        Assert.Equal(0, gateway.Database(connection => connection.Scalar<long>("SELECT count(*) FROM asset_variants")));
    }

    [Fact]
    public async Task Past_their_time_variants_are_expired_like_the_video()
    {
        Assert.SkipUnless(Tool.Exists("ffmpeg"), "ffmpeg is not installed");
        var clock = new MovedClock();
        await using var gateway = await GatewayHost.StartAsync(services: services => services.AddSingleton<TimeProvider>(clock));
        var (_, url) = await FinishedAsync(gateway);
        await gateway.Client.GetByteArrayAsync(url + "?variant=thumbnail", Cancellation);
        clock.Ahead = TimeSpan.FromDays(30) + TimeSpan.FromMinutes(1);
        await ErrorAsync(gateway, url + "?variant=thumbnail", 404, "asset_expired");
        await ErrorAsync(gateway, url + "?variant=spritesheet", 404, "asset_expired");
    }

    private static async Task UntilRemovedAsync(GatewayHost gateway, string id)
    {
        while (!(await gateway.AdminTaskAsync(id)).GetProperty("timeline").GetRawText().Contains("files_removed")) await GatewayHost.PauseAsync();
        Assert.False(Directory.Exists(Path.Combine(gateway.Folder, "assets", id)));
    }

    private static async Task<(string Id, string Url)> FinishedAsync(GatewayHost gateway)
    {
        var id = await gateway.OrderAsync();
        await gateway.FinishAsync(id);
        return (id, $"/v1/videos/{id}/content");
    }

    private static async Task<JsonElement> ErrorAsync(GatewayHost gateway, string url, int status, string code)
    {
        var answer = await gateway.SendAsync(HttpMethod.Get, url);
        var error = answer.Body.GetProperty("error");
        Assert.Equal((status, code), (answer.Status, error.GetProperty("code").GetString()));
        return error;
    }
}
