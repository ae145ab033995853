using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Providers.Kling;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.Kling;

/// <summary>What the tests of this provider share: one account, one order, and the fixtures.</summary>
public sealed class KlingCase
{
    public const string Access = "AK-test-0001";
    public const string Secret = "SK-test-secret-0001";
    public const string TaskId = "801234567890123456";
    public static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_795_219_200);

    public static readonly ProviderRequest BoatClip = new()
    {
        UpstreamModel = "kling-v1-6", Mode = "t2v", Prompt = "A paper boat", Seconds = 5, WidthPixels = 1280, HeightPixels = 720,
        AspectRatio = "16:9", Quality = "std", Tier = "720p",
    };

    public KlingProvider Provider { get; } = new();

    public RecordingUpstream Upstream { get; } = new();

    public static ProviderAccount Account(HttpMessageHandler upstream, string? options = null, ProviderCredential? credential = null, DateTimeOffset? now = null) => new()
    {
        ChannelId = "channel-1",
        BaseUrl = new("https://upstream.example"),
        Credential = credential ?? new ProviderCredential.KeyPair(Access, Secret),
        Options = options is null ? default : JsonElement.Parse(options),
        Http = new HttpMessageInvoker(upstream),
        Time = new StoppedClock(now ?? Now),
    };

    public ProviderAccount Account(string? options = null, ProviderCredential? credential = null, DateTimeOffset? now = null) =>
        Account(Upstream, options, credential, now);

    public static SubmissionContext Order(ProviderAccount account, ProviderRequest? request = null, params MediaInput[] media) => new()
    {
        Account = account, Request = request ?? BoatClip, AttemptToken = "att_7", Media = media, Deadline = Now.AddMinutes(1),
    };

    public static MediaInput Picture(MediaRole role = MediaRole.FirstFrame, string bytes = "PNG!", Uri? publicUrl = null) =>
        Picture(role, Encoding.UTF8.GetBytes(bytes), publicUrl);

    public static MediaInput Picture(MediaRole role, byte[] bytes, Uri? publicUrl = null) => new()
    {
        Role = role,
        ContentType = "image/png",
        SizeBytes = bytes.Length,
        FileName = "input.png",
        OpenAsync = _ => Task.FromResult<Stream>(new MemoryStream(bytes)),
        PublicUrl = publicUrl,
    };

    public static MediaInput Video(Uri? publicUrl) => Picture(MediaRole.SourceVideo, "MP4!", publicUrl) with { ContentType = "video/mp4", FileName = "input.mp4" };

    public static SourceReference Source(string videoId, string? model = null)
    {
        var reference = new JsonObject { ["video_id"] = videoId };
        if (model is not null)
            reference["model"] = model;
        return new(TaskId, JsonElement.Parse(reference.ToJsonString()));
    }

    public static string Fixture(string name) =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Providers", "Kling", "Fixtures", name));

    public static JsonElement Reference(string family = "text2video", string id = TaskId) =>
        JsonElement.Parse(new JsonObject { ["family"] = family, ["task_id"] = id, ["model"] = "kling-v1-6" }.ToJsonString());

    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}

public sealed class KlingModelTests
{
    private static readonly IReadOnlyList<UpstreamModel> Models = new KlingProvider().Models;

    [Fact]
    public void Every_legacy_name_is_listed() => Assert.Equal(
        [
            "kling-v1", "kling-v1-5", "kling-v1-6", "kling-v2-master", "kling-v2-1", "kling-v2-1-master", "kling-v2-5-turbo", "kling-v2-6",
            "kling-v3", "kling-video-o1", "kling-v3-omni",
        ],
        Models.Select(model => model.Name).Distinct());

    [Theory]
    [InlineData("kling-v1", "t2v", "std", 5, true)]
    [InlineData("kling-v1", "t2v", "std", 10, false)]
    [InlineData("kling-v1", "t2v", "pro", 5, false)]
    [InlineData("kling-v1", "i2v", "std", 5, false)]
    [InlineData("kling-v1-5", "i2v", "pro", 5, true)]
    [InlineData("kling-v1-5", "i2v", "pro", 10, false)]
    [InlineData("kling-v1-6", "t2v", "std", 5, false)]
    [InlineData("kling-v3", "t2v", "pro", 5, false)]
    public void A_camera_move_is_there_only_where_the_capability_map_has_one(string name, string mode, string quality, int seconds, bool hasCamera) =>
        Assert.Equal(hasCamera, Rows(name, mode, quality, seconds).Any(row => row.Extras.Any(extra => extra.Name == "camera_control")));

    [Theory]
    [InlineData("kling-v1", "std", 5, true)]
    [InlineData("kling-v1", "pro", 10, false)]
    [InlineData("kling-v1-5", "std", 5, false)]
    [InlineData("kling-v1-5", "pro", 10, true)]
    [InlineData("kling-v2-1", "std", 5, false)]
    [InlineData("kling-v2-5-turbo", "pro", 5, true)]
    [InlineData("kling-v2-6", "std", 5, false)]
    [InlineData("kling-v3", "4k", 15, true)]
    [InlineData("kling-video-o1", "std", 7, true)]
    public void A_last_frame_is_there_only_where_the_capability_map_has_one(string name, string quality, int seconds, bool hasTail) =>
        Assert.Equal(hasTail, Rows(name, "i2v_first_last", quality, seconds).Any());

    [Theory]
    [InlineData("kling-v2-6", "t2v", "std", "never")]
    [InlineData("kling-v2-6", "t2v", "pro", "choice")]
    [InlineData("kling-v2-6", "i2v_first_last", "pro", "never")]
    [InlineData("kling-v3", "t2v", "std", "choice")]
    [InlineData("kling-v1-6", "t2v", "pro", "never")]
    [InlineData("kling-video-o1", "t2v", "pro", "never")]
    [InlineData("kling-v3-omni", "multi_i2v", "4k", "choice")]
    public void Sound_depends_on_quality_and_mode(string name, string mode, string quality, string audio) =>
        Assert.All(Rows(name, mode, quality, 5), row => Assert.Equal(audio, row.Audio));

    [Fact]
    public void Rows_keep_the_rules_of_every_model()
    {
        Assert.All(Models, row =>
        {
            Assert.Equal(2500, row.MaxPromptLength);
            Assert.NotEmpty(row.Source);
            Assert.Equal(row.References.ContainsKey(MediaRole.FirstFrame), row.RatioFollowsFirstFrame);
            Assert.Equal(row.Sizes.Count == 0, row.Seconds.Count == 0);
            Assert.Equal(row is { Seconds.Count: 0, Modes: ["extend"] }, row.NeedsSourceId);
            Assert.All(row.References.Where(reference => reference.Key == MediaRole.SourceVideo), reference => Assert.True(reference.Value.IsLinkOnly));
            var isRetired = row.Name.StartsWith("kling-v1", StringComparison.Ordinal) || row.Name is "kling-v2-master" or "kling-v2-1" or "kling-v2-1-master";
            Assert.Equal((isRetired ? "retired" : "active", isRetired ? "2026-09-15" : null), (row.Lifecycle, row.ShutdownDate));
            if (row.Extras.Any(extra => extra.Name == "camera_control"))
                Assert.DoesNotContain(row.Extras, extra => extra.Name == "static_mask");
            if (row.Extras.Any(extra => extra.Name == "voice_list"))
                Assert.DoesNotContain(row.Extras, extra => extra.Name == "element_list");
        });
        Assert.Equal(Enumerable.Range(3, 13), Rows("kling-v3", "t2v", "std", 5).Single().Seconds);
        Assert.Equal([5, 10], Rows("kling-video-o1", "t2v", "std", 5).Single().Seconds);
        Assert.Equal(4, Rows("kling-v1-6", "multi_i2v", "pro", 5).Single().References[MediaRole.ReferenceImage].MaxCount);
        Assert.Equal(7, Rows("kling-v3-omni", "multi_i2v", "pro", 5).Max(row => row.References[MediaRole.ReferenceImage].MaxCount));
    }

    private static IEnumerable<UpstreamModel> Rows(string name, string mode, string quality, int seconds) => Models.Where(row =>
        row.Name == name && row.Modes.Contains(mode) && row.Qualities.Contains(quality) && row.Seconds.Contains(seconds));
}

public sealed class KlingOptionsTests
{
    [Theory]
    [InlineData("""{"callback_secrte":"x"}""", "callback_secrte")]
    [InlineData("""{"callback_secret":"plain"}""", "callback_secret")]
    [InlineData("""{"callback_secret":"whsec_!!"}""", "callback_secret")]
    [InlineData("""{"callback_secret":7}""", "callback_secret")]
    [InlineData("""{"callback_tolerance_seconds":0}""", "callback_tolerance_seconds")]
    [InlineData("""{"search_delay_seconds":301}""", "search_delay_seconds")]
    [InlineData("""{"trust_absence":"yes"}""", "trust_absence")]
    [InlineData("""{"poll_404_confirmations":0}""", "poll_404_confirmations")]
    [InlineData("""{"pictures_inline":null}""", "pictures_inline")]
    [InlineData("[]", "object")]
    public void A_mistake_in_the_options_is_named(string options, string word) =>
        Assert.Contains(word, string.Join('\n', new KlingProvider().FindMistakes(JsonElement.Parse(options))), StringComparison.Ordinal);

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"callback_secret":null}""")]
    [InlineData("""{"callback_secret":"whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI=","search_delay_seconds":0,"trust_absence":true}""")]
    public void Good_options_have_no_mistakes(string options) => Assert.Empty(new KlingProvider().FindMistakes(JsonElement.Parse(options)));

    [Fact]
    public async Task Wrong_options_send_nothing()
    {
        var test = new KlingCase();

        var exception = await Assert.ThrowsAsync<ProviderException>(() => test.Provider.SubmitAsync(
            KlingCase.Order(test.Account("""{"speed":1}""")), TestContext.Current.CancellationToken));

        Assert.Equal(ProviderErrorKind.NotSent, exception.Kind);
        Assert.Contains("channel-1", exception.Message, StringComparison.Ordinal);
        Assert.Empty(test.Upstream.Requests);
    }
}
