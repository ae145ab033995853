using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Providers.Kling;
using Reelay.Simulators;
using Reelay.Tests.Simulators;

namespace Reelay.Tests.Providers.Kling;

/// <summary>The adapter against the simulator, which shares nothing with it but the documented facts; in process, by a clock turned by hand.</summary>
public sealed class KlingSandboxTests
{
    private static readonly byte[] Frame = PngImage.Gradient(640, 360);

    private readonly ManualTime _time = new();
    private readonly KlingProvider _kling = new();
    private readonly SandboxOptions _options;
    private readonly SandboxCore _sandbox;
    private int _count;

    public KlingSandboxTests()
    {
        _options = World.Options(_time);
        _sandbox = SandboxCore.InMemory(_options);
    }

    [Theory]
    [InlineData("kling-v1-6", "t2v", "std", 5)]
    [InlineData("kling-v3", "t2v", "4k", 15)]
    [InlineData("kling-v2-1", "i2v", "pro", 10)]
    [InlineData("kling-v2-master", "i2v", null, 5)]
    [InlineData("kling-v1-5", "i2v_first_last", "pro", 5)]
    [InlineData("kling-v1-6", "multi_i2v", "std", 10)]
    [InlineData("kling-video-o1", "t2v", "pro", 10)]
    [InlineData("kling-video-o1", "i2v_first_last", "std", 7)]
    [InlineData("kling-v3-omni", "multi_i2v", "4k", 3)]
    [InlineData("kling-v3-omni", "extend", "pro", 8)]
    [InlineData("kling-video-o1", "edit", "std", null)]
    public async Task Every_mode_goes_from_order_to_file(string model, string mode, string? quality, int? seconds)
    {
        var request = KlingCase.BoatClip with { UpstreamModel = model, Mode = mode, Quality = quality, Seconds = seconds };
        var accepted = await SubmitAsync(request, Media(mode));
        Assert.Equal(new PollResult.Running(HasStarted: false), await PollAsync(accepted));
        _time.Advance(3);
        Assert.Equal(new PollResult.Running(HasStarted: true), await PollAsync(accepted));
        _time.Advance(3);

        var finished = Assert.IsType<PollResult.Succeeded>(await PollAsync(accepted));

        Assert.Equal(seconds ?? 5, finished.Usage?.Seconds);
        Assert.Equal(StandInClipStore.Clip.ToArray(), await DownloadAsync(finished));
        Assert.Matches("^[0-9]{18}$", accepted.UpstreamId);
        Assert.Equal(accepted.UpstreamId, Assert.Single(_sandbox.Submissions()).Row.UpstreamId);
    }

    // Every row of the table of models, at its ends and with all its extras at once, is something the simulator's own rules allow.
    [Fact]
    public async Task Every_row_of_the_models_can_be_ordered()
    {
        foreach (var row in _kling.Models.Where(row => !row.NeedsSourceId))
        {
            foreach (var quality in row.Qualities.DefaultIfEmpty(null))
            {
                foreach (var seconds in row.Seconds.Count == 0 ? [null] : new int?[] { row.Seconds[0], row.Seconds[^1] })
                {
                    var request = KlingCase.BoatClip with { UpstreamModel = row.Name, Mode = row.Modes[0], Extras = [] };
                    request = request with { Quality = quality, Seconds = seconds };
                    if (row.Audio == "choice")
                        request = request with { Audio = true };
                    foreach (var extra in row.Extras)
                        request.Extras[extra.Name] = Sample(extra, seconds, row);

                    var pictures = row.References.GetValueOrDefault(MediaRole.ReferenceImage)?.MaxCount ?? 0;
                    var others = Media(row.Modes[0]).Where(media => media.Role != MediaRole.ReferenceImage);
                    await SubmitAsync(request, [.. others, .. Enumerable.Repeat(Picture(MediaRole.ReferenceImage), pictures)]);
                }
            }
        }

        Assert.All(_sandbox.Submissions(), report => Assert.True(report.Row.Accepted));
    }

    [Fact]
    public async Task A_result_is_extended_and_its_extension_again()
    {
        var first = await FinishAsync(KlingCase.BoatClip);
        var order = KlingCase.BoatClip with { Mode = "extend", Prompt = "and on", Seconds = null, Quality = null };
        var second = await FinishAsync(order with { Source = new("1", first.OutputReference!.Value) });
        var third = await FinishAsync(order with { Source = new("2", second.OutputReference!.Value) });

        Assert.Equal([5, 9.5m, 14], new[] { first, second, third }.Select(result => result.Usage!.Seconds!.Value));
        var refused = await Assert.ThrowsAsync<ProviderException>(() => SubmitAsync(order with { Source = KlingCase.Source("901234567890123456") }));
        Assert.Equal((ProviderErrorKind.InvalidRequest, 400), (refused.Kind, refused.StatusCode));
    }

    [Fact]
    public async Task A_video_of_a_model_that_cannot_be_extended_or_is_too_old_is_refused()
    {
        var master = await FinishAsync(KlingCase.BoatClip with { UpstreamModel = "kling-v2-master", Quality = null });
        var order = KlingCase.BoatClip with { Mode = "extend", Seconds = null, Quality = null };
        await Assert.ThrowsAsync<ProviderException>(() =>
            SubmitAsync(order with { UpstreamModel = "kling-v2-master", Source = new("1", master.OutputReference!.Value) }));

        var old = await FinishAsync(KlingCase.BoatClip);
        _time.Advance(TimeSpan.FromDays(30).TotalSeconds);
        await Assert.ThrowsAsync<ProviderException>(() => SubmitAsync(order with { Source = new("2", old.OutputReference!.Value) }));
        Assert.Equal(404, (int)(await GetAsync(old)).StatusCode);
    }

    [Theory]
    [InlineData("[fail:content_policy]", ProviderErrorKind.ContentRejected)]
    [InlineData("[fail:generation]", ProviderErrorKind.GenerationFailed)]
    public async Task A_failure_of_the_work_has_its_kind(string word, ProviderErrorKind kind)
    {
        var accepted = await SubmitAsync(KlingCase.BoatClip with { Prompt = "a boat " + word });
        _time.Advance(6);
        Assert.Equal(kind, Assert.IsType<PollResult.Failed>(await PollAsync(accepted)).Kind);
    }

    [Fact]
    public async Task A_picture_that_is_too_small_fails_in_the_work()
    {
        var small = KlingCase.Picture(MediaRole.FirstFrame, PngImage.Gradient(200, 200));
        var accepted = await SubmitAsync(KlingCase.BoatClip with { Mode = "i2v" }, small);
        _time.Advance(6);
        Assert.Equal(ProviderErrorKind.InvalidRequest, Assert.IsType<PollResult.Failed>(await PollAsync(accepted)).Kind);
    }

    [Theory]
    [InlineData("[refuse:content_policy]", ProviderErrorKind.ContentRejected)]
    [InlineData("[refuse:quota]", ProviderErrorKind.AccountEmpty)]
    [InlineData("[http:400]", ProviderErrorKind.InvalidRequest)]
    [InlineData("[http:401]", ProviderErrorKind.Unauthorized)]
    [InlineData("[http:403]", ProviderErrorKind.Unauthorized)]
    [InlineData("[http:404]", ProviderErrorKind.InvalidRequest)]
    [InlineData("[http:429]", ProviderErrorKind.RateLimited)]
    [InlineData("[http:500]", ProviderErrorKind.OutcomeUnknown)]
    [InlineData("[http:503]", ProviderErrorKind.Overloaded)]
    [InlineData("[http:504]", ProviderErrorKind.OutcomeUnknown)]
    [InlineData("[bare:429]", ProviderErrorKind.OutcomeUnknown)]
    [InlineData("[garbage]", ProviderErrorKind.OutcomeUnknown)]
    [InlineData("[truncate]", ProviderErrorKind.OutcomeUnknown)]
    [InlineData("[drop:after-accept]", ProviderErrorKind.OutcomeUnknown)]
    public async Task A_create_that_goes_wrong_has_its_kind(string word, ProviderErrorKind kind)
    {
        var exception = await Assert.ThrowsAsync<ProviderException>(() => SubmitAsync(KlingCase.BoatClip with { Prompt = "a boat " + word }));
        Assert.Equal(kind, exception.Kind);

        // What counts as surely not accepted really was not.
        if (kind != ProviderErrorKind.OutcomeUnknown)
            Assert.False(Assert.Single(_sandbox.Submissions()).Row.Accepted);
    }

    [Fact]
    public async Task Slots_are_counted_by_model()
    {
        _options.MaxRunning = 1;
        await SubmitAsync(KlingCase.BoatClip);
        await SubmitAsync(KlingCase.BoatClip with { UpstreamModel = "kling-v3" });
        var busy = await Assert.ThrowsAsync<ProviderException>(() => SubmitAsync(KlingCase.BoatClip));
        Assert.Equal(ProviderErrorKind.RateLimited, busy.Kind);
        Assert.Contains("1303", busy.Message, StringComparison.Ordinal);

        _time.Advance(6);
        await SubmitAsync(KlingCase.BoatClip);
    }

    [Fact]
    public async Task An_order_whose_answer_was_lost_is_found_again_by_its_mark()
    {
        var request = KlingCase.BoatClip with { Prompt = "a boat [drop:after-accept]" };
        await Assert.ThrowsAsync<ProviderException>(() => SubmitAsync(request));

        var found = Assert.Single(await _kling.FindAsync(
            Account(), new(request, "att_1", _time.GetUtcNow(), _time.GetUtcNow()), TestContext.Current.CancellationToken));

        Assert.True(found.IsMatch);
        Assert.Equal(Assert.Single(_sandbox.Submissions()).Row.UpstreamId, found.UpstreamId);
        _time.Advance(6);
        Assert.IsType<PollResult.Succeeded>(await _kling.PollAsync(Account(), found.Reference, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_order_that_never_arrived_is_absent_only_for_a_channel_that_trusts_it()
    {
        SubmissionQuery query = new(KlingCase.BoatClip, "att_9", _time.GetUtcNow(), _time.GetUtcNow());
        var unsure = await Assert.ThrowsAsync<ProviderException>(() => _kling.FindAsync(Account(), query, TestContext.Current.CancellationToken));
        Assert.Equal(ProviderErrorKind.Unavailable, unsure.Kind);
        Assert.Empty(await _kling.FindAsync(Account("""{"trust_absence":true}"""), query, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_mark_is_taken_once()
    {
        await SubmitAsync(KlingCase.BoatClip);
        _count = 0;
        var again = await Assert.ThrowsAsync<ProviderException>(() => SubmitAsync(KlingCase.BoatClip));
        Assert.Contains("external_task_id value 'att_1' is invalid", again.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_state_says_nothing_and_an_api_key_will_do()
    {
        var accepted = await SubmitAsync(KlingCase.BoatClip with { Prompt = "a boat [unknown-status] [stuck]" });
        Assert.IsType<PollResult.Unreadable>(await PollAsync(accepted));

        var other = Account(credential: new ProviderCredential.ApiKey("api-key-kling-sandbox"));
        var stranger = await Assert.ThrowsAsync<ProviderException>(() =>
            _kling.PollAsync(other, accepted.Reference, TestContext.Current.CancellationToken));
        Assert.Equal(ProviderErrorKind.NotFound, stranger.Kind);
    }

    private static JsonNode Sample(ExtraParameter extra, int? seconds, UpstreamModel row) => JsonNode.Parse(extra.Name switch
    {
        "cfg_scale" => "0.3",
        "watermark_info" => """{"enabled":true}""",
        "camera_control" => """{"type":"simple","config":{"horizontal":0,"vertical":0,"pan":0,"tilt":0,"roll":0,"zoom":-4.5}}""",
        "static_mask" => $"\"{Convert.ToBase64String(Frame)}\"",
        "dynamic_masks" => $$"""[{"mask":"{{Convert.ToBase64String(Frame)}}","trajectories":[{"x":1,"y":2},{"x":3,"y":4}]}]""",
        "multi_shot" => "true",
        "shot_type" => "\"customize\"",
        "multi_prompt" => $$"""[{"index":1,"prompt":"one","duration":"1"},{"index":2,"prompt":"two","duration":"{{seconds - 1}}"}]""",
        "voice_list" => """[{"voice_id":"a"},{"voice_id":"b"}]""",
        "element_list" => $"[{string.Join(',', Enumerable.Range(1, (int)extra.Max!).Select(id => $"{{\"element_id\":{id}}}"))}]",
        "keep_original_sound" => "\"yes\"",
        "negative_prompt" => "\"rain\"",
        _ => throw new ArgumentOutOfRangeException(nameof(extra), extra.Name, $"{row.Name} has an extra without a sample"),
    })!;

    private static MediaInput[] Media(string mode) => mode switch
    {
        "i2v" => [Picture(MediaRole.FirstFrame)],
        "i2v_first_last" => [Picture(MediaRole.FirstFrame), Picture(MediaRole.LastFrame)],
        "multi_i2v" => [Picture(MediaRole.ReferenceImage), Picture(MediaRole.ReferenceImage)],
        "extend" => [KlingCase.Video(new("https://me.example/v.mp4"))],
        "edit" => [KlingCase.Video(new("https://me.example/v.mp4")), Picture(MediaRole.ReferenceImage)],
        _ => [],
    };

    private static MediaInput Picture(MediaRole role) => KlingCase.Picture(role, Frame);

    private ProviderAccount Account(string? options = null, ProviderCredential? credential = null) => new()
    {
        ChannelId = "channel-1",
        BaseUrl = new("http://sandbox/kling"),
        Credential = credential ?? new ProviderCredential.KeyPair("ak-sandbox-kling", "sk-sandbox-kling"),
        Options = options is null ? default : JsonElement.Parse(options),
        Http = new HttpMessageInvoker(new SimulatorHandler(_sandbox)),
        Time = _time,
    };

    private async Task<Submission.Accepted> SubmitAsync(ProviderRequest request, params MediaInput[] media)
    {
        var order = KlingCase.Order(Account(), request, media) with { AttemptToken = $"att_{++_count}" };
        return Assert.IsType<Submission.Accepted>(await _kling.SubmitAsync(order, TestContext.Current.CancellationToken));
    }

    private Task<PollResult> PollAsync(Submission.Accepted accepted) =>
        _kling.PollAsync(Account(), accepted.Reference, TestContext.Current.CancellationToken);

    private async Task<PollResult.Succeeded> FinishAsync(ProviderRequest request)
    {
        var accepted = await SubmitAsync(request);
        _time.Advance(6);
        return Assert.IsType<PollResult.Succeeded>(await PollAsync(accepted));
    }

    private async Task<byte[]> DownloadAsync(PollResult.Succeeded finished)
    {
        using var response = await GetAsync(finished);
        Assert.Equal(200, (int)response.StatusCode);
        return await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
    }

    // As the server's fetcher does it: a plain GET without a credential.
    private async Task<HttpResponseMessage> GetAsync(PollResult.Succeeded finished)
    {
        using var http = new HttpMessageInvoker(new SimulatorHandler(_sandbox));
        using var request = new HttpRequestMessage(HttpMethod.Get, Assert.IsType<ProviderOutput.AtUrl>(Assert.Single(finished.Outputs)).Url.Value);
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
