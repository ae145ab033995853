using Reelay.Server.Assets.Probing;
using Reelay.Tests.Support;

namespace Reelay.Tests.Assets;

public sealed class RealMediaTests : IDisposable
{
    private const string Moving = "-f lavfi -i testsrc=size=320x180:rate=24:duration=2";
    private const string Sound = "-f lavfi -i sine=duration=2";
    private const string H264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("front.mp4", Moving + " " + H264 + " -movflags +faststart", "video/mp4", false)]
    [InlineData("behind.mp4", Moving + " " + H264, "video/mp4", false)]
    [InlineData("sound.mp4", Moving + " " + Sound + " " + H264 + " -c:a aac -shortest", "video/mp4", true)]
    [InlineData("clip.mov", Moving + " " + H264, "video/quicktime", false)]
    [InlineData("bframes.mp4", Moving + " -c:v libx264 -bf 3 -pix_fmt yuv420p", "video/mp4", false)]
    public async Task Clips_are_measured_exactly(string name, string arguments, string contentType, bool hasAudio)
    {
        var facts = await ProbeAsync(name, arguments);

        Assert.Equal(new MediaFacts(contentType, 320, 180, 2m, 24m, hasAudio) { FrameCount = 48, VideoCodec = "avc1" }, facts);
    }

    [Fact]
    public async Task Television_rates_are_read_to_the_thousandth()
    {
        var facts = await ProbeAsync("ntsc.mp4", $"-f lavfi -i testsrc=size=64x48:rate=30000/1001 -frames:v 60 {H264}");

        Assert.Equal((29.97m, 60L), (facts.Fps, facts.FrameCount));
        Assert.Equal(2.002m, facts.DurationSeconds);
    }

    [Fact]
    public async Task A_fragmented_clip_has_its_size_though_its_length_is_left_to_others()
    {
        var facts = await ProbeAsync("fragments.mp4", $"{Moving} {Sound} {H264} -c:a aac -movflags frag_keyframe+empty_moov");

        Assert.Equal((320, 180, "avc1", true), (facts.WidthPixels, facts.HeightPixels, facts.VideoCodec, facts.HasAudio));
        Assert.Null(facts.FrameCount);
    }

    [Theory]
    [InlineData("a.png", "image/png")]
    [InlineData("a.jpg", "image/jpeg")]
    [InlineData("a.gif", "image/gif")]
    [InlineData("a.webp", "image/webp")]
    public async Task Pictures_are_measured(string name, string contentType)
    {
        var facts = await ProbeAsync(name, "-f lavfi -i testsrc=size=322x182 -frames:v 1");

        Assert.Equal(new MediaFacts(contentType, 322, 182, null, null, null), facts);
    }

    [Theory]
    [InlineData("a.mp3", "-c:a libmp3lame", "audio/mpeg")]
    [InlineData("a.wav", "", "audio/wav")]
    [InlineData("a.ogg", "-c:a libvorbis", "audio/ogg")]
    [InlineData("a.webm", "-f lavfi -i testsrc=size=64x48:duration=1 -c:v libvpx -c:a libvorbis", "video/webm")]
    public async Task Other_kinds_are_told_by_name(string name, string arguments, string contentType)
    {
        var facts = await ProbeAsync(name, $"{Sound} {arguments}");

        Assert.Equal(contentType, facts.ContentType);
    }

    [Fact]
    public async Task A_sound_file_in_boxes_has_a_length_and_no_picture()
    {
        var facts = await ProbeAsync("a.m4a", $"{Sound} -c:a aac");

        Assert.Equal(("audio/mp4", true, (int?)null), (facts.ContentType, facts.HasAudio, facts.WidthPixels));
        Assert.InRange(facts.DurationSeconds!.Value, 1.9m, 2.1m);
    }

    [Fact]
    public async Task A_clip_cut_anywhere_never_throws()
    {
        const string small = $"-f lavfi -i testsrc=size=64x48:rate=8:duration=1 {H264} -movflags +faststart";
        var bytes = await FfmpegClips.MakeAsync(_folder, "whole.mp4", small);
        for (var length = 0; length < Math.Min(bytes.Length, 4_000); length++)
            await MediaProbe.ProbeAsync(new MemoryAsset(bytes[..length]), TestContext.Current.CancellationToken);
    }

    private async Task<MediaFacts> ProbeAsync(string name, string arguments)
    {
        var bytes = await FfmpegClips.MakeAsync(_folder, name, arguments);
        return (await MediaProbe.ProbeAsync(new MemoryAsset(bytes), TestContext.Current.CancellationToken))!;
    }
}
