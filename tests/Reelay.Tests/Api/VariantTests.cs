using Reelay.Server.Assets.Probing;
using Reelay.Server.Storage;
using Reelay.Simulators;
using Reelay.Tests.Assets;
using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

/// <summary>Thumbnails and spritesheets: what they are, and that each is made once.</summary>
public sealed class VariantTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Variants_are_pictures_and_are_served_like_any_content()
    {
        await using var gateway = await StartAsync();
        var (id, url) = await FinishedAsync(gateway);
        foreach (var (variant, type, width, height, name) in new[]
        {
            ("thumbnail", "image/webp", 320, 180, id + "-thumbnail.webp"),
            ("spritesheet", "image/jpeg", 800, 450, id + "-spritesheet.jpg"),
        })
        {
            var address = $"{url}?variant={variant}";
            using var head = await SendAsync(gateway, address, request => request.Method = HttpMethod.Head);
            using var whole = await SendAsync(gateway, address, _ => { });
            var bytes = await whole.Content.ReadAsByteArrayAsync(Cancellation);
            Assert.Equal((200, type, bytes.Length), ((int)head.StatusCode, head.Content.Headers.ContentType!.MediaType, head.Content.Headers.ContentLength));
            Assert.Equal((200, type), ((int)whole.StatusCode, whole.Content.Headers.ContentType!.MediaType));
            Assert.Contains(name, whole.Content.Headers.ContentDisposition!.ToString(), StringComparison.Ordinal);
            Assert.Equal(new MediaFacts(type, width, height, null, null, null), await ProbeAsync(bytes));
            await DecodeAsync(bytes);

            var tag = head.Headers.ETag!;
            using var part = await SendAsync(gateway, address, request => (request.Headers.Range, request.Headers.IfRange) = (new(1, 4), new(tag)));
            Assert.Equal(206, (int)part.StatusCode);
            Assert.Equal(bytes[1..5], await part.Content.ReadAsByteArrayAsync(Cancellation));
            using var known = await SendAsync(gateway, address, request => request.Headers.IfNoneMatch.Add(tag));
            Assert.Equal(304, (int)known.StatusCode);
            using var other = await SendAsync(gateway, address, request => request.Headers.IfMatch.Add(new("\"other\"")));
            Assert.Equal(412, (int)other.StatusCode);
            using var beyond = await SendAsync(gateway, address, request => request.Headers.Range = new(bytes.Length, null));
            Assert.Equal(416, (int)beyond.StatusCode);
        }

        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(gateway.Folder, "rendering")));
        Assert.Equal(StandInClipStore.Clip.ToArray(), await gateway.Client.GetByteArrayAsync(url + "?variant=&index=&redirect=true", Cancellation));
    }

    [Theory]
    [InlineData("wide.mp4", "testsrc=size=1280x720:rate=24:duration=2", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p", 512, 288, 800, 450)]
    [InlineData("tall.mp4", "testsrc=size=180x640:rate=24:duration=2", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p", 144, 512, 450, 1600)]
    [InlineData("short.mp4", "testsrc=size=64x48:rate=10:duration=0.7", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p", 64, 48, 192, 144)]
    [InlineData("clip.webm", "testsrc=size=320x240:rate=24:duration=4", "-c:v libvpx -deadline realtime", 320, 240, 800, 600)]
    [InlineData("picture.png", "testsrc=size=1536x1024", "-frames:v 1", 512, 341, 160, 106)]
    [InlineData("picture.jpg", "testsrc=size=1024x1536", "-frames:v 1", 341, 512, 160, 240)]
    [InlineData("picture.webp", "testsrc=size=100x100", "-frames:v 1 -c:v libwebp", 100, 100, 100, 100)]
    public async Task The_aspect_is_kept_and_nothing_is_enlarged(
        string name, string source, string how, int width, int height, int sheetWidth, int sheetHeight)
    {
        var bytes = await FfmpegClips.MakeAsync(_folder, name, $"-f lavfi -i {source} {how}");
        await using var gateway = await StartAsync();
        var (id, url) = await FinishedAsync(gateway);
        await gateway.PutAsync(id, 0, bytes);

        var thumbnail = await ProbeAsync(await gateway.Client.GetByteArrayAsync(url + "?variant=thumbnail", Cancellation));
        var sheet = await ProbeAsync(await gateway.Client.GetByteArrayAsync(url + "?variant=spritesheet", Cancellation));

        Assert.Equal(("image/webp", width, height), (thumbnail!.ContentType, thumbnail.WidthPixels, thumbnail.HeightPixels));
        Assert.Equal(("image/jpeg", sheetWidth, sheetHeight), (sheet!.ContentType, sheet.WidthPixels, sheet.HeightPixels));
    }

    [Fact]
    public async Task A_spritesheet_goes_evenly_through_the_film_and_a_thumbnail_shows_its_middle()
    {
        // Black at the beginning, white at the end.
        const string fade = "-f lavfi -i nullsrc=size=160x90:rate=24:duration=5,geq=lum='16+219*T/5':cb=128:cr=128";
        var bytes = await FfmpegClips.MakeAsync(_folder, "fade.mp4", fade + " -c:v libx264 -preset ultrafast -pix_fmt yuv420p");
        await using var gateway = await StartAsync();
        var (id, url) = await FinishedAsync(gateway);
        await gateway.PutAsync(id, 0, bytes);

        var tiles = await GrayAsync(await gateway.Client.GetByteArrayAsync(url + "?variant=spritesheet", Cancellation), 5, 5);
        var middle = Assert.Single(await GrayAsync(await gateway.Client.GetByteArrayAsync(url + "?variant=thumbnail", Cancellation), 1, 1));

        Assert.Equal(25, tiles.Length);
        Assert.InRange(tiles[0], 0, 30);
        Assert.InRange(tiles[^1], 225, 255);
        Assert.All(tiles.Zip(tiles.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 3, 18));
        Assert.InRange(middle, 100, 165);
    }

    [Fact]
    public async Task Each_is_made_once_for_all_who_ask_and_for_every_later_process()
    {
        using var ffmpeg = await WatchedFfmpeg.CreateAsync();
        string url;
        byte[] first;
        await using (var gateway = await GatewayHost.StartAsync(ffmpeg.Settings, folder: _folder.File("data")))
        {
            (_, url) = await FinishedAsync(gateway);
            url += "?variant=thumbnail";
            ffmpeg.Hold();
            var all = Enumerable.Range(0, 12).Select(_ => gateway.Client.GetByteArrayAsync(url, Cancellation)).ToList();
            await ffmpeg.UntilRunsAsync(1);
            ffmpeg.Release();
            var answers = await Task.WhenAll(all);
            first = answers[0];
            Assert.All(answers, answer => Assert.Equal(first, answer));
            Assert.Equal(1, Count(gateway, "asset_variants"));
        }

        await using var next = await GatewayHost.StartAsync(ffmpeg.Settings, folder: _folder.File("data"));
        Assert.Equal(first, await next.Client.GetByteArrayAsync(url, Cancellation));
        Assert.Equal(1, ffmpeg.Runs);
    }

    [Fact]
    public async Task A_request_that_leaves_takes_nothing_from_the_others()
    {
        using var ffmpeg = await WatchedFfmpeg.CreateAsync();
        await using var gateway = await GatewayHost.StartAsync(ffmpeg.Settings);
        var (_, url) = await FinishedAsync(gateway);
        ffmpeg.Hold();
        using var leaving = new CancellationTokenSource();
        var first = gateway.Client.GetByteArrayAsync(url + "?variant=thumbnail", leaving.Token);
        await ffmpeg.UntilRunsAsync(1);
        var second = gateway.Client.GetByteArrayAsync(url + "?variant=thumbnail", Cancellation);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        ffmpeg.Release();

        Assert.NotEmpty(await second);
        Assert.Equal(1, ffmpeg.Runs);
    }

    [Fact]
    public async Task More_than_may_wait_are_sent_away_and_a_stop_answers_those_who_wait()
    {
        using var ffmpeg = await WatchedFfmpeg.CreateAsync();
        var settings = ffmpeg.Settings;
        settings["Reelay:Variants:MaxWaiting"] = "1";
        Task<HttpResponseMessage> waiting;
        HttpClient client;
        await using (var gateway = await GatewayHost.StartAsync(settings))
        {
            // The gateway's own client goes with it.
            client = gateway.NewClient("sk-reelay-sandbox");
            var (_, url) = await FinishedAsync(gateway);
            ffmpeg.Hold();
            waiting = client.GetAsync(url + "?variant=thumbnail", Cancellation);
            await ffmpeg.UntilRunsAsync(1);
            using var busy = await gateway.Client.GetAsync(url + "?variant=spritesheet", Cancellation);
            Assert.Equal((503, "5"), ((int)busy.StatusCode, busy.Headers.RetryAfter!.ToString()));
            Assert.Contains("variants_busy", await busy.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        }

        using var kept = client;
        using var stopped = await waiting;
        Assert.Equal(503, (int)stopped.StatusCode);
        Assert.Contains("shutting_down", await stopped.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    private static int Count(GatewayHost gateway, string table) =>
        (int)gateway.Database(connection => connection.Scalar<long>($"SELECT count(*) FROM {table}"));

    private static Task<GatewayHost> StartAsync()
    {
        Assert.SkipUnless(Tool.Exists("ffmpeg"), "ffmpeg is not installed");
        return GatewayHost.StartAsync();
    }

    private static async Task<(string Id, string Url)> FinishedAsync(GatewayHost gateway)
    {
        var id = await gateway.OrderAsync();
        await gateway.FinishAsync(id);
        return (id, $"/v1/videos/{id}/content");
    }

    private static async Task<HttpResponseMessage> SendAsync(GatewayHost gateway, string url, Action<HttpRequestMessage> change)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        change(request);
        return await gateway.Client.SendAsync(request, Cancellation);
    }

    private static async Task<MediaFacts?> ProbeAsync(byte[] bytes) => await MediaProbe.ProbeAsync(new MemoryAsset(bytes), Cancellation);

    private async Task DecodeAsync(byte[] bytes)
    {
        await File.WriteAllBytesAsync(_folder.File("decode"), bytes, Cancellation);
        await Tool.RunAsync("ffmpeg", _folder.Path, "-v", "error", "-xerror", "-i", "decode", "-f", "null", "-");
    }

    // The mean brightness of each field of a grid over the picture, row by row.
    private async Task<int[]> GrayAsync(byte[] picture, int columns, int rows)
    {
        await File.WriteAllBytesAsync(_folder.File("picture"), picture, Cancellation);
        await Tool.RunAsync(
            "ffmpeg", _folder.Path, "-v", "error", "-y", "-i", "picture", "-vf", $"format=gray,scale={columns}:{rows}:flags=area", "-f", "rawvideo", "gray");
        return [.. (await File.ReadAllBytesAsync(_folder.File("gray"), Cancellation)).Select(value => (int)value)];
    }
}
