using Reelay.Providers;
using Reelay.Simulators;
using Reelay.Tests.Simulators;

namespace Reelay.Tests.Providers.OpenAi;

/// <summary>The provider against the simulated OpenAI, in process: each side holds the other to the facts.</summary>
public sealed class OpenAiSandboxTests
{
    private static readonly ProviderRequest Fox = new()
    {
        UpstreamModel = "sora-2", Mode = "t2v", Prompt = "Mossy the fox", Seconds = 8, WidthPixels = 1280, HeightPixels = 720,
    };

    private static readonly ProviderRequest Edit = new() { UpstreamModel = "sora-2", Mode = "edit", Prompt = "in winter" };

    private readonly OpenAiCase _test = new();
    private readonly ManualTime _time = new();
    private readonly SandboxCore _sandbox;
    private readonly ProviderAccount _account;

    public OpenAiSandboxTests()
    {
        _sandbox = SandboxCore.InMemory(World.Options(_time));
        _account = _test.Account(credential: new ProviderCredential.ApiKey("sk-sandbox-openai")) with
        {
            BaseUrl = new("http://sandbox/openai/v1"),
            Http = new HttpMessageInvoker(new SimulatorHandler(_sandbox)),
            Time = _time,
        };
    }

    [Fact]
    public async Task A_result_is_extended_and_edited_by_its_id_and_found_again()
    {
        var source = await MadeAsync(Fox);
        var extension = Edit with { Mode = "extend", Seconds = 12, Source = source };
        var longer = await MadeAsync(extension);
        var edited = await MadeAsync(Edit with { Source = longer });

        Assert.Equal(["8", "20", "20"], new[] { source, longer, edited }.Select(made => made.OutputReference.GetProperty("seconds").GetRawText()));
        Assert.Equal([longer.UpstreamId], await FoundAsync(extension));
        Assert.Equal([edited.UpstreamId], await FoundAsync(Edit with { Source = longer }));
        Assert.Equal([source.UpstreamId], await FoundAsync(Fox));
        Assert.Empty(await FoundAsync(Edit with { Source = source }));
        Assert.Empty(await FoundAsync(extension with { Seconds = 8 }));
        Assert.Empty(await FoundAsync(Edit));
    }

    [Theory]
    [InlineData("edit", 3.0)]
    [InlineData("extend", 7.0)]
    public async Task A_file_is_edited_and_extended(string mode, double seconds)
    {
        var request = Edit with { Mode = mode, UpstreamModel = "sora-2-pro", Seconds = mode == "extend" ? 4 : null };
        var made = await MadeAsync(request, Clip(MediaRole.SourceVideo, 3));

        var job = _sandbox.Store.FindJob("openai", made.UpstreamId)!;
        Assert.Equal(("sora-2-pro", seconds, 1280), (job.Model, job.Clip.Seconds, job.Clip.WidthPixels));
    }

    [Fact]
    public async Task Characters_are_made_before_the_order_and_named_in_it()
    {
        await MadeAsync(Fox, Clip(MediaRole.Character, 3, "Mossy"), Clip(MediaRole.Character, 3, "fox"));
        await MadeAsync(Fox with { Mode = "i2v" }, Clip(MediaRole.Character, 3, "Mossy"), Frame());
        Assert.Equal(2, _sandbox.Submissions().Count);

        var unnamed = await Assert.ThrowsAsync<ProviderException>(() => MadeAsync(Fox, Clip(MediaRole.Character, 3, "Rusty")));
        Assert.Equal(ProviderErrorKind.InvalidRequest, unnamed.Kind);
        Assert.Contains("character_not_in_prompt", unnamed.Message, StringComparison.Ordinal);
        var tooLong = await Assert.ThrowsAsync<ProviderException>(() => MadeAsync(Fox, Clip(MediaRole.Character, 9, "Mossy")));
        Assert.Equal(ProviderErrorKind.InvalidRequest, tooLong.Kind);
    }

    [Theory]
    [InlineData("drop:after-accept")]
    [InlineData("http:500")]
    [InlineData("garbage")]
    public async Task A_character_whose_making_fails_leaves_no_order_behind(string fault)
    {
        _sandbox.Faults.Add("openai", SimulatedCall.Upload, fault, 1);
        var character = Clip(MediaRole.Character, 3, "Mossy");

        Assert.Equal(ProviderErrorKind.NotSent, (await Assert.ThrowsAsync<ProviderException>(() => MadeAsync(Fox, character))).Kind);
        Assert.Empty(_sandbox.Submissions());
        await MadeAsync(Fox, character);
        Assert.Single(_sandbox.Submissions());
    }

    [Fact]
    public async Task A_source_that_is_gone_is_a_refusal()
    {
        var exception = await Assert.ThrowsAsync<ProviderException>(() => MadeAsync(Edit with { Source = OpenAiCase.Earlier() }));
        Assert.Equal(ProviderErrorKind.InvalidRequest, exception.Kind);
    }

    private async Task<SourceReference> MadeAsync(ProviderRequest request, params MediaInput[] media)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var submission = await _test.Provider.SubmitAsync(OpenAiCase.Order(_account, request, media), cancellationToken);
        var accepted = Assert.IsType<Submission.Accepted>(submission);
        _time.Advance(6);
        var succeeded = Assert.IsType<PollResult.Succeeded>(await _test.Provider.PollAsync(_account, accepted.Reference, cancellationToken));
        return new(accepted.UpstreamId, succeeded.OutputReference!.Value);
    }

    private async Task<IEnumerable<string>> FoundAsync(ProviderRequest request)
    {
        var query = new SubmissionQuery(request, "att_7", DateTimeOffset.UnixEpoch, _time.GetUtcNow());
        var found = await _test.Provider.FindAsync(_account, query, TestContext.Current.CancellationToken);
        return found.Where(row => row.IsMatch).Select(row => row.UpstreamId);
    }

    private static MediaInput Clip(MediaRole role, int seconds, string? name = null) => OfBytes(Clips.Make(seconds, 1280, 720), OpenAiCase.Clip(role, name));

    private static MediaInput Frame() => OfBytes(PngImage.Gradient(1280, 720), OpenAiCase.Picture());

    private static MediaInput OfBytes(byte[] bytes, MediaInput input) =>
        input with { SizeBytes = bytes.Length, OpenAsync = _ => Task.FromResult<Stream>(new MemoryStream(bytes)) };
}
