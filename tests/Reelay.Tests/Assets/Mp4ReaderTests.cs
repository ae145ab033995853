using System.Diagnostics;
using Reelay.Server.Assets.Probing;

namespace Reelay.Tests.Assets;

public sealed class Mp4ReaderTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static byte[] Movie => BoxBuilder.Box("moov", BoxBuilder.Mvhd(1_000, 2_000), BoxBuilder.Track(), Sound);

    private static byte[] Sound => BoxBuilder.Track("soun", "mp4a", 0, 0, samples: 94, delta: 1_024, scale: 48_000);

    [Fact]
    public async Task Size_length_frames_rate_codec_and_sound_are_read()
    {
        var facts = await ReadAsync(BoxBuilder.Ftyp(), Movie, BoxBuilder.Box("mdat", new byte[100]));

        Assert.Equal(new Mp4Track("avc1", new PixelSize(640, 360), 2m, 48, 24m), facts!.Video);
        Assert.Equal(2m, facts.MovieSeconds);
        Assert.True(facts.HasAudio);
    }

    [Fact]
    public async Task The_header_may_stand_behind_the_media_and_behind_64_bit_sizes()
    {
        var media = BoxBuilder.Long("mdat", 16 + 200_000, new byte[200_000]);

        var facts = await ReadAsync(BoxBuilder.Ftyp(), media, BoxBuilder.Box("free"), Movie);

        Assert.Equal(new PixelSize(640, 360), facts!.Video!.Size);
    }

    [Fact]
    public async Task A_header_with_a_64_bit_size_or_one_to_the_end_is_read()
    {
        var content = Movie[8..];

        Assert.NotNull((await ReadAsync(BoxBuilder.Ftyp(), BoxBuilder.Long("moov", 16 + content.Length, content)))!.Video);
        Assert.NotNull((await ReadAsync(BoxBuilder.Ftyp(), BoxBuilder.Sized(0, "moov", content)))!.Video);
    }

    [Fact]
    public async Task Version_1_headers_with_long_times_are_read()
    {
        var facts = await ReadAsync(BoxBuilder.Box("moov", BoxBuilder.Mvhd(90_000, 180_000, version: 1), BoxBuilder.Track(version: 1)));

        Assert.Equal((2m, 2m, new PixelSize(640, 360)), (facts!.MovieSeconds, facts.Video!.DurationSeconds, facts.Video.Size));
    }

    [Fact]
    public async Task A_turned_track_is_as_wide_as_it_is_shown()
    {
        var facts = await ReadAsync(BoxBuilder.Box("moov", BoxBuilder.Mvhd(1_000, 2_000), BoxBuilder.Track(isTurned: true)));

        Assert.Equal(new PixelSize(360, 640), facts!.Video!.Size);
    }

    [Fact]
    public async Task Cover_pictures_disabled_tracks_and_subtitles_are_not_the_video()
    {
        var facts = await ReadAsync(BoxBuilder.Box(
            "moov",
            BoxBuilder.Mvhd(1_000, 2_000),
            BoxBuilder.Track("subt", "stpp"),
            BoxBuilder.Track(codec: "png ", width: 9),
            BoxBuilder.Track(isEnabled: false, width: 8),
            BoxBuilder.Track(width: 0),
            BoxBuilder.Track(width: 320)));

        Assert.Equal(320, facts!.Video!.Size.WidthPixels);
        Assert.False(facts.HasAudio);
    }

    [Fact]
    public async Task A_track_of_which_only_a_part_is_shown_is_as_long_as_that_part()
    {
        var facts = await ReadAsync(BoxBuilder.Box("moov", BoxBuilder.Mvhd(1_000, 1_200), BoxBuilder.Track(shownTicks: 1_200)));

        Assert.Equal(1.2m, facts!.Video!.DurationSeconds);
    }

    [Fact]
    public async Task An_empty_sound_track_is_no_sound()
    {
        var facts = await ReadAsync(BoxBuilder.Box("moov", BoxBuilder.Mvhd(1_000, 2_000), BoxBuilder.Track("soun", "mp4a", samples: 0)));

        Assert.False(facts!.HasAudio);
        Assert.Null(facts.Video);
    }

    [Fact]
    public void The_rate_is_the_mean_over_all_runs()
    {
        var sums = Mp4SampleTimes.Read(BoxBuilder.Stts((10, 1_001), (20, 2_002)).AsSpan(8));

        Assert.Equal((30ul, 50_050ul), (sums.Count, sums.TotalTicks));
        Assert.Equal(17.982m, sums.MeanRate(30_000));
        Assert.Null(default(Mp4SampleTimes).MeanRate(30_000));
    }

    public static TheoryData<string, byte[]> Broken() => new()
    {
        { "nothing", [] },
        { "half a header", [0, 0, 0] },
        { "no movie header", BoxBuilder.Ftyp() },
        { "a size below the header's", [.. BoxBuilder.Ftyp(), .. BoxBuilder.Sized(7, "free"), .. Movie] },
        { "a size past the end", [.. BoxBuilder.Ftyp(), .. BoxBuilder.Sized(4_000_000_000, "free"), .. Movie] },
        { "a 64-bit size below the header's", [.. BoxBuilder.Long("free", 15), .. Movie] },
        { "a negative 64-bit size", [.. BoxBuilder.Long("free", -16), .. Movie] },
        { "the largest 64-bit size", [.. BoxBuilder.Long("free", long.MaxValue), .. Movie] },
        { "a cut movie header", [.. BoxBuilder.Ftyp(), .. Movie[..^1]] },
        { "an empty movie header", BoxBuilder.Box("moov") },
        { "a movie header without clock", BoxBuilder.Box("moov", BoxBuilder.Track()) },
        { "a clock without scale", BoxBuilder.Box("moov", BoxBuilder.Mvhd(0, 2_000), BoxBuilder.Track()) },
        { "a clock that is cut", BoxBuilder.Box("moov", BoxBuilder.Box("mvhd", new byte[19])) },
        { "more boxes than are looked at", [.. Enumerable.Repeat(BoxBuilder.Box("free"), 5_000).SelectMany(box => box), .. Movie] },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task Malformed_files_give_nothing(string what, byte[] file)
    {
        Assert.NotNull(what);
        Assert.Null(await ReadAsync(file));
    }

    [Fact]
    public async Task A_movie_header_larger_than_its_bound_is_not_read()
    {
        var reader = new MemoryAsset(BoxBuilder.Box("moov", Movie[8..], new byte[Mp4Reader.MaxHeaderBytes]));
        using var window = new AssetWindow(reader);

        Assert.Null(await Mp4Reader.ReadAsync(window, Cancellation));
        Assert.Equal(1, reader.ReadCount);
    }

    [Fact]
    public async Task Media_data_is_skipped_not_read()
    {
        var reader = new MemoryAsset([.. BoxBuilder.Ftyp(), .. BoxBuilder.Box("mdat", new byte[5_000_000]), .. Movie]);
        using var window = new AssetWindow(reader);

        Assert.NotNull(await Mp4Reader.ReadAsync(window, Cancellation));
        Assert.True(reader.ReadCount <= 5, $"{reader.ReadCount} reads");
    }

    [Fact]
    public void A_table_that_claims_more_entries_than_it_has_is_summed_as_far_as_it_goes()
    {
        var most = BoxBuilder.U32(uint.MaxValue);
        byte[] table = [.. new byte[4], .. most, .. most, .. most, 1, 2];

        Assert.Equal(uint.MaxValue, Mp4SampleTimes.Read(table).Count);
    }

    [Fact]
    public async Task Mutated_files_never_throw_and_never_hang()
    {
        var random = new Random(20_260_301);
        byte[] good = [.. BoxBuilder.Ftyp(), .. BoxBuilder.Box("mdat", new byte[50]), .. Movie];
        var clock = Stopwatch.StartNew();
        for (var round = 0; round < 20_000; round++)
        {
            var file = good.ToArray();
            for (var change = random.Next(1, 12); change > 0; change--) Mutate(file, random);
            await MediaProbe.ProbeAsync(new MemoryAsset(file[..random.Next(file.Length + 1)]), Cancellation);
            await MediaProbe.ProbeAsync(new MemoryAsset(file), Cancellation);
        }

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"took {clock.Elapsed}");
    }

    private static void Mutate(byte[] file, Random random)
    {
        var at = random.Next(12, file.Length);
        byte[] interesting = [0, 1, 7, 8, 16, 0x7F, 0x80, 0xFF];
        if (random.Next(2) == 0)
            file[at] = interesting[random.Next(interesting.Length)];
        else
            file.AsSpan(at, Math.Min(random.Next(1, 9), file.Length - at)).Fill(interesting[random.Next(interesting.Length)]);
    }

    private static async Task<Mp4Facts?> ReadAsync(params byte[][] parts)
    {
        using var window = new AssetWindow(new MemoryAsset([.. parts.SelectMany(part => part)]));
        return await Mp4Reader.ReadAsync(window, Cancellation);
    }
}
