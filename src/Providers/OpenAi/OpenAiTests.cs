using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Providers.OpenAi;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.OpenAi;

/// <summary>What the tests of this provider share: one account, one order, and the fixtures.</summary>
public sealed class OpenAiCase
{
    public const string Key = "sk-test-secret-0001";
    public static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_795_239_900);

    public static readonly ProviderRequest BoatClip = new()
    {
        UpstreamModel = "sora-2", Mode = "t2v", Prompt = "A paper boat on a canal", Seconds = 8, WidthPixels = 1280, HeightPixels = 720,
    };

    public OpenAiProvider Provider { get; } = new();

    public RecordingUpstream Upstream { get; } = new();

    public ProviderAccount Account(string? options = null, ProviderCredential? credential = null) => new()
    {
        ChannelId = "channel-1",
        BaseUrl = new("https://upstream.example/v1"),
        Credential = credential ?? new ProviderCredential.ApiKey(Key),
        Options = options is null ? default : JsonElement.Parse(options),
        Http = new HttpMessageInvoker(Upstream),
        Time = new StoppedClock(),
    };

    public static SubmissionContext Order(ProviderAccount account, ProviderRequest? request = null, params MediaInput[] media) => new()
    {
        Account = account, Request = request ?? BoatClip, AttemptToken = "att_7", Media = media, Deadline = Now.AddMinutes(1),
    };

    public static MediaInput Clip(MediaRole role, string? name = null, string bytes = "MP4!") => new()
    {
        Role = role,
        Name = name,
        ContentType = "video/mp4",
        SizeBytes = bytes.Length,
        FileName = "clip.mp4",
        OpenAsync = _ => Task.FromResult<Stream>(new OneWayStream(Encoding.UTF8.GetBytes(bytes))),
    };

    /// <summary>An earlier result of the same account, eight seconds long unless said otherwise.</summary>
    public static SourceReference Earlier(string output = """{"id":"video_0","seconds":8}""") => new("video_0", JsonElement.Parse(output));

    public static MediaInput Picture(string bytes = "PNG!", Uri? publicUrl = null) => new()
    {
        Role = MediaRole.FirstFrame,
        ContentType = "image/png",
        SizeBytes = bytes.Length,
        FileName = "frame.png",
        OpenAsync = _ => Task.FromResult<Stream>(new OneWayStream(Encoding.UTF8.GetBytes(bytes))),
        PublicUrl = publicUrl,
    };

    public static string Fixture(string name) =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Providers", "OpenAi", "Fixtures", name));

    public static JsonElement Reference(string id) => JsonElement.Parse(new JsonObject { ["id"] = id }.ToJsonString());

    /// <summary>A form body with its boundary written as <c>B</c>, so that it can be compared whole.</summary>
    public static string Form(RecordedRequest request)
    {
        const string start = "multipart/form-data; boundary=";
        Assert.StartsWith(start, request.Headers["Content-Type"], StringComparison.Ordinal);
        return request.Body.Replace(request.Headers["Content-Type"][start.Length..], "B", StringComparison.Ordinal);
    }

    public static string Field(string name, string value) => $"--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n";

    /// <summary>A network stream cannot be sought; neither can this.</summary>
    private sealed class OneWayStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}

public sealed class OpenAiModelTests
{
    [Fact]
    public void Every_retired_model_is_listed_with_its_facts()
    {
        var models = new OpenAiProvider().Models;

        string[] names = ["sora-2", "sora-2-pro", "sora-2-2025-10-06", "sora-2-2025-12-08", "sora-2-pro-2025-10-06"];
        Assert.Equal(names.SelectMany(name => Enumerable.Repeat(name, 3)), models.Select(model => model.Name));
        foreach (var rows in models.GroupBy(model => model.Name).Select(group => group.ToList()))
        {
            // What creates comes first: it is what a reader of one row per name should see.
            Assert.Equal(["t2v", "i2v"], rows[0].Modes);
            Assert.Equal([4, 8, 12, 16, 20], rows[0].Seconds);
            Assert.Equal(rows[0].Name.Contains("pro", StringComparison.Ordinal) ? 6 : 2, rows[0].Sizes.Count);
            Assert.Equal([MediaRole.FirstFrame, MediaRole.Character], rows[0].References.Keys);
            Assert.Equal((1, 20_971_520), (rows[0].References[MediaRole.FirstFrame].MaxCount, rows[0].References[MediaRole.FirstFrame].MaxBytes));
            Assert.Equal(2, rows[0].References[MediaRole.Character].MaxCount);
            Assert.Equal(["edit"], rows[1].Modes);
            Assert.Empty(rows[1].Seconds);
            Assert.Equal(["extend"], rows[2].Modes);
            Assert.Equal([4, 8, 12, 16, 20], rows[2].Seconds);
            Assert.All(rows[1..], row => Assert.Empty(row.Sizes));
            Assert.All(rows[1..], row => Assert.Equal(["video/mp4"], Assert.Single(row.References).Value.Types));
            Assert.All(rows[1..], row => Assert.Equal(MediaRole.SourceVideo, Assert.Single(row.References).Key));
        }

        Assert.All(models, model =>
        {
            // What a file leaves out keeps its default.
            Assert.Empty(model.Extras);
            Assert.False(model.NeedsSourceId);
            Assert.Equal(32_000, model.MaxPromptLength);
            Assert.Equal(("always", "retired", "2026-09-24"), (model.Audio, model.Lifecycle, model.ShutdownDate));
        });
    }

    [Fact]
    public void A_file_of_models_that_is_missing_is_named() =>
        Assert.Contains("NoModels.json", Assert.Throws<InvalidOperationException>(() => UpstreamModelFile.Load("NoModels.json")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_refusal_without_status_and_body_cannot_be_put_into_a_table()
    {
        Assert.Throws<ArgumentException>(() => new ErrorTable(new ErrorRow(ErrorUse.NotAccepted, ProviderErrorKind.RateLimited) { Statuses = [429] }));
        Assert.Throws<ArgumentException>(() => new ErrorTable(new ErrorRow(ErrorUse.NotAccepted, ProviderErrorKind.RateLimited) { Codes = ["x"] }));
    }
}

public sealed class OpenAiOptionsTests
{
    [Theory]
    [InlineData("""{"profile":"other"}""", "profile")]
    [InlineData("""{"encodign":"json"}""", "encodign")]
    [InlineData("""{"encoding":"xml"}""", "encoding")]
    [InlineData("""{"seconds_as":1}""", "seconds_as")]
    [InlineData("""{"poll_404_confirmations":0}""", "poll_404_confirmations")]
    [InlineData("""{"list_delay_seconds":-1}""", "list_delay_seconds")]
    [InlineData("""{"extras":["seed","output_path"]}""", "output_path")]
    [InlineData("""{"extras":["output_path:text"]}""", "output_path")]
    [InlineData("""{"extras":["steps"]}""", "steps:number")]
    [InlineData("""{"extras":["steps:float"]}""", "steps:number")]
    [InlineData("""{"extras":["seed","seed:number"]}""", "seed is named twice")]
    [InlineData("""{"extras":["seconds"]}""", "seconds is one of the fields")]
    [InlineData("""{"profile":"sglang","extras":["n:integer"]}""", "n is one of the fields")]
    [InlineData("""{"extras":["video:text"]}""", "video")]
    [InlineData("""{"has_edits":"yes"}""", "has_edits")]
    [InlineData("""{"fields":{"length":"seconds"}}""", "fields.length")]
    [InlineData("""{"encoding":"json","reference_as":"file"}""", "reference_as")]
    [InlineData("""{"idempotency_header":"a b"}""", "a b")]
    [InlineData("""{"extras":["model"]}""", "model")]
    [InlineData("""{"extras":[null]}""", "null")]
    [InlineData("""{"extras":["input_reference"]}""", "input_reference")]
    [InlineData("""{"extras":null}""", "extras")]
    [InlineData("""{"fields":null}""", "fields")]
    [InlineData("""{"fields":{"size":7}}""", "fields")]
    [InlineData("""{"fields":{"width":"size"}}""", "size is named twice")]
    [InlineData("""{"fixed_fields":null}""", "fixed_fields")]
    [InlineData("[]", "object")]
    public void A_mistake_in_the_options_is_named(string options, string word) =>
        Assert.Contains(word, string.Join('\n', new OpenAiProvider().FindMistakes(JsonElement.Parse(options))), StringComparison.Ordinal);

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"profile":"vllm_omni"}""")]
    [InlineData("""{"profile":"sglang","reference_field":"reference_url","reference_inline":false}""")]
    [InlineData("""{"profile":"trtllm","encoding":"multipart"}""")]
    [InlineData("""{"profile":"gateway","encoding":"json","fields":{"tier":"tier"},"fixed_fields":{"group":"stable"}}""")]
    public void Good_options_have_no_mistakes(string options) => Assert.Empty(new OpenAiProvider().FindMistakes(JsonElement.Parse(options)));

    [Fact]
    public async Task Wrong_options_send_nothing()
    {
        var test = new OpenAiCase();

        var exception = await Assert.ThrowsAsync<ProviderException>(() => test.Provider.SubmitAsync(
            OpenAiCase.Order(test.Account("""{"profile":"other"}""")), TestContext.Current.CancellationToken));

        Assert.Equal(ProviderErrorKind.NotSent, exception.Kind);
        Assert.Contains("channel-1", exception.Message, StringComparison.Ordinal);
        Assert.Empty(test.Upstream.Requests);
        Assert.Throws<ArgumentException>(() => test.Provider.ModelsOf(JsonElement.Parse("""{"profile":"other"}"""), ["sora-2"]));
    }
}
