using System.Text;
using System.Text.Json;
using Reelay.Providers;
using Reelay.Providers.OpenAiImages;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.OpenAiImages;

/// <summary>What the tests of this provider share: one account, one order, and the fixtures.</summary>
public sealed class OpenAiImagesCase
{
    public const string Key = "sk-test-secret-0001";
    public static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_795_239_900);

    public static readonly ProviderRequest Boat = new()
    {
        UpstreamModel = "gpt-image-2", Mode = "t2i", Prompt = "A paper boat on a canal", WidthPixels = 1536, HeightPixels = 864,
    };

    public static readonly ProviderRequest Edit = Boat with { Mode = "edit" };

    public OpenAiImagesProvider Provider { get; } = new();

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
        Account = account, Request = request ?? Boat, AttemptToken = "att_7", Media = media, Deadline = Now.AddMinutes(5),
    };

    public static MediaInput Picture(string bytes = "PNG!", MediaRole role = MediaRole.ReferenceImage, string type = "png") => new()
    {
        Role = role,
        ContentType = "image/" + type,
        SizeBytes = bytes.Length,
        FileName = "input." + type,
        OpenAsync = _ => Task.FromResult<Stream>(new OneWayStream(Encoding.UTF8.GetBytes(bytes))),
    };

    public static string Fixture(string name) =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Providers", "OpenAiImages", "Fixtures", name));

    /// <summary>Submits and reads every output to its end.</summary>
    public async Task<(List<ProviderOutput> Outputs, List<byte[]> Pictures, Usage? Usage)> RunAsync(SubmissionContext order)
    {
        var finished = Assert.IsType<Submission.Finished>(await Provider.SubmitAsync(order, TestContext.Current.CancellationToken));
        var (outputs, pictures) = (new List<ProviderOutput>(), new List<byte[]>());
        await foreach (var output in finished.Outputs.WithCancellation(TestContext.Current.CancellationToken))
        {
            outputs.Add(output);
            if (output is not ProviderOutput.Inline(var content)) continue;
            using var bytes = new MemoryStream();
            await content.CopyToAsync(bytes, TestContext.Current.CancellationToken);
            pictures.Add(bytes.ToArray());
        }

        return (outputs, pictures, finished.ReadUsage());
    }

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

public sealed class OpenAiImagesModelTests
{
    private static readonly string[] Newest = ["gpt-image-2.5-sunburst", "gpt-image-2.5-flare", "gpt-image-2.6-sunburst", "gpt-image-2.6-flare"];

    [Fact]
    public void Every_model_has_a_row_for_text_and_one_for_edits()
    {
        var models = new OpenAiImagesProvider().Models;

        Assert.Equal(
            [
                "gpt-image-2", "gpt-image-2-2026-04-21", "gpt-image-2.5-sunburst", "gpt-image-2.5-sunburst-2026-09-08", "gpt-image-2.5-flare",
                "gpt-image-2.5-flare-2026-09-08", "gpt-image-2.6-sunburst", "gpt-image-2.6-flare", "gpt-image-1.5", "gpt-image-1-mini",
                "chatgpt-image-latest", "gpt-image-1",
            ],
            models.Select(model => model.Name).Distinct());
        Assert.All(models.GroupBy(model => model.Name), rows => Assert.Equal(["t2i", "edit"], rows.SelectMany(row => row.Modes)));
        Assert.All(models, model =>
        {
            Assert.Empty(model.Seconds);
            Assert.Equal(("never", 32_000, 10), (model.Audio, model.MaxPromptLength, model.MaxOutputs));
            Assert.Equal(model.Modes[0] == "edit" ? [MediaRole.ReferenceImage, MediaRole.Mask] : [], model.References.Keys);
        });
    }

    [Fact]
    public void The_second_generation_makes_thirty_listed_sizes_and_any_within_bounds()
    {
        foreach (var model in new OpenAiImagesProvider().Models.Where(model => model.Name.StartsWith("gpt-image-2", StringComparison.Ordinal)))
        {
            Assert.Equal(30, model.Sizes.Distinct().Count());
            var bounds = model.AnySize!;
            Assert.All(model.Sizes, size => Assert.True(Within(bounds, size), $"{model.Name} {size}"));
            Assert.All(["1600x544", "480x1440", "3840x2160"], size => Assert.True(Within(bounds, size), size));
            Assert.All(["1000x1000", "640x640", "3856x1600", "1920x592", "3840x2176", "464x1424"], size => Assert.False(Within(bounds, size), size));
            var isNewest = Newest.Any(name => model.Name.StartsWith(name, StringComparison.Ordinal));
            Assert.Equal(isNewest, model.Qualities.Contains("max") && model.Qualities.Contains("xhigh"));
            Assert.Equal(("active", null), (model.Lifecycle, model.ShutdownDate));
        }
    }

    [Fact]
    public void The_first_generation_makes_three_sizes_and_ends()
    {
        foreach (var model in new OpenAiImagesProvider().Models.Where(model => !model.Name.StartsWith("gpt-image-2", StringComparison.Ordinal)))
        {
            Assert.Equal(["1024x1024", "1536x1024", "1024x1536"], model.Sizes);
            Assert.Null(model.AnySize);
            Assert.Equal(["low", "medium", "high", "auto"], model.Qualities);
            Assert.Equal(
                model.Name == "gpt-image-1" ? ("retired", "2026-10-23") : ("deprecated", "2026-12-01"), (model.Lifecycle, model.ShutdownDate));
        }
    }

    [Fact]
    public void Extras_are_those_the_model_and_the_mode_take()
    {
        foreach (var model in new OpenAiImagesProvider().Models)
        {
            var extras = model.Extras.ToDictionary(extra => extra.Name);
            Assert.Equal(model.Modes[0] == "t2i", extras.ContainsKey("moderation"));
            Assert.Equal(model.Modes[0] == "edit" && model.Name is "gpt-image-1" or "gpt-image-1.5" && model.Modes[0] == "edit", extras.ContainsKey("input_fidelity"));
            Assert.Equal(["transparent", "opaque", "auto"], extras["background"].Allowed);
            Assert.DoesNotContain("svg", extras["output_format"].Allowed);
            Assert.True(extras["output_format"].IsContent);
            Assert.Equal((0m, 100m), (extras["output_compression"].Min, extras["output_compression"].Max));
        }
    }

    private static bool Within(SizeBounds bounds, string size)
    {
        var edges = size.Split('x');
        return bounds.Contains(int.Parse(edges[0]), int.Parse(edges[1]));
    }
}

public sealed class OpenAiImagesOptionsTests
{
    [Theory]
    [InlineData("""{"profile":"other"}""", "profile")]
    [InlineData("""{"respond_format":"url"}""", "respond_format")]
    [InlineData("""{"response_format":"hex"}""", "response_format")]
    [InlineData("""{"extras":["seed","prompt"]}""", "prompt")]
    [InlineData("""{"extras":["stream"]}""", "stream")]
    [InlineData("""{"extras":[null]}""", "null")]
    [InlineData("""{"extras":null}""", "extras")]
    [InlineData("""{"fixed_fields":{"stream":true}}""", "stream")]
    [InlineData("""{"image_field":""}""", "image_field")]
    [InlineData("""{"mask_field":"image"}""", "mask_field")]
    [InlineData("""{"send_model":"yes"}""", "send_model")]
    [InlineData("""{"request_id_header":"a b"}""", "a b")]
    [InlineData("[]", "object")]
    public void A_mistake_in_the_options_is_named(string options, string word) =>
        Assert.Contains(word, string.Join('\n', new OpenAiImagesProvider().FindMistakes(JsonElement.Parse(options))), StringComparison.Ordinal);

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"profile":"compatible"}""")]
    [InlineData("""{"profile":"compatible","mask_field":"mask_image","send_model":false,"extras":["seed"],"fixed_fields":{"seed":7}}""")]
    [InlineData("""{"organization":"org_1","project":"proj_1","request_id_header":null,"user_field":"user"}""")]
    public void Good_options_have_no_mistakes(string options) =>
        Assert.Empty(new OpenAiImagesProvider().FindMistakes(JsonElement.Parse(options)));

    [Fact]
    public async Task Wrong_options_send_nothing()
    {
        var test = new OpenAiImagesCase();
        var exception = await Assert.ThrowsAsync<ProviderException>(() => test.RunAsync(OpenAiImagesCase.Order(test.Account("""{"profile":"x"}"""))));
        Assert.Equal(ProviderErrorKind.NotSent, exception.Kind);
        Assert.Empty(test.Upstream.Requests);
    }

    [Fact]
    public async Task There_is_nothing_to_poll()
    {
        var test = new OpenAiImagesCase();
        Assert.True(((IVideoProvider)test.Provider).IsSynchronous);
        var exception = await Assert.ThrowsAsync<ProviderException>(() =>
            test.Provider.PollAsync(test.Account(), JsonElement.Parse("{}"), TestContext.Current.CancellationToken));
        Assert.Equal((ProviderErrorKind.NotFound, 1), (exception.Kind, exception.ConfirmationCount));
        Assert.Empty(test.Upstream.Requests);
    }
}
