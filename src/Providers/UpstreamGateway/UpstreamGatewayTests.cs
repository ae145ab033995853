using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Providers.UpstreamGateway;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.UpstreamGateway;

/// <summary>What the tests of this provider share: one account, one order.</summary>
public sealed class UpstreamGatewayCase
{
    public const string Reelay = """{"kind":"reelay"}""";
    public const string Aurora = """{"kind":"aurora"}""";
    public const string Accepted = """{"id":"task_1","status":"queued"}""";

    public static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_795_239_900);

    public static readonly ProviderRequest Boat = new()
    {
        UpstreamModel = "veo3.1", Mode = "t2v", Prompt = "A paper boat", Seconds = 8, WidthPixels = 1280, HeightPixels = 720, Tier = "720p", AspectRatio = "16:9",
    };

    public UpstreamGatewayProvider Provider { get; } = new();

    public RecordingUpstream Upstream { get; } = new();

    public ProviderAccount Account(string? options = null) => new()
    {
        ChannelId = "channel-1",
        BaseUrl = new("https://upstream.example/v1"),
        Credential = new ProviderCredential.ApiKey("sk-test-secret-0001"),
        Options = options is null ? default : JsonElement.Parse(options),
        Http = new HttpMessageInvoker(Upstream),
        Time = new StoppedClock(),
    };

    public Task<Submission> SubmitAsync(string? options, ProviderRequest request, params MediaInput[] media) => Provider.SubmitAsync(
        new() { Account = Account(options), Request = request, AttemptToken = "att_7", Media = media, Deadline = Now.AddMinutes(1) },
        TestContext.Current.CancellationToken);

    public static MediaInput File(MediaRole role, string bytes = "PNG!") => new()
    {
        Role = role,
        ContentType = role == MediaRole.SourceVideo ? "video/mp4" : "image/png",
        SizeBytes = bytes.Length,
        FileName = role == MediaRole.SourceVideo ? "clip.mp4" : "frame.png",
        PublicUrl = new("https://reelay.example/v1/inputs/1"),
        OpenAsync = _ => Task.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes(bytes))),
    };

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}

/// <summary>What goes over the wire to each kind of gateway, to the byte.</summary>
public sealed class UpstreamGatewayRequestTests
{
    private readonly UpstreamGatewayCase _test = new();

    [Theory]
    [InlineData(null, """{"prompt":"A paper boat","model":"veo3.1","seconds":"8","size":"1280x720"}""")]
    [InlineData(UpstreamGatewayCase.Reelay, """{"prompt":"A paper boat","model":"veo3.1","seconds":"8","size":"1280x720","external_task_id":"att_7"}""")]
    [InlineData(UpstreamGatewayCase.Aurora, """{"prompt":"A paper boat","model":"veo3.1","seconds":"8","size":"1280x720","tier":"720p"}""")]
    [InlineData("""{"fields":{"seconds":"duration","size":null,"tier":"resolution"},"fixed_fields":{"group":"stable"},"tier_with_size":true,"facts":{"veo3.1":{"sizes":["1280x720"]}}}""", null)]
    public async Task An_order_holds_what_the_kind_documents_and_nothing_else(string? options, string? body)
    {
        _test.Upstream.Answer(200, UpstreamGatewayCase.Accepted);
        if (body is null)
        {
            // A field that was taken away cannot be asked for.
            var refusal = await Assert.ThrowsAsync<ProviderException>(() => _test.SubmitAsync(options, UpstreamGatewayCase.Boat));
            Assert.Equal(ProviderErrorKind.InvalidRequest, refusal.Kind);
            await _test.SubmitAsync(options, UpstreamGatewayCase.Boat with { WidthPixels = null, HeightPixels = null, AspectRatio = null });
            Assert.Equal("""{"prompt":"A paper boat","model":"veo3.1","duration":"8","resolution":"720p","group":"stable"}""", _test.Upstream.Request.Body);
            return;
        }

        var accepted = Assert.IsType<Submission.Accepted>(await _test.SubmitAsync(options, UpstreamGatewayCase.Boat));

        Assert.Equal(("task_1", """{"id":"task_1"}"""), (accepted.UpstreamId, accepted.Reference.GetRawText()));
        Assert.Equal("https://upstream.example/v1/videos", _test.Upstream.Request.Url.AbsoluteUri);
        Assert.Equal(("Bearer sk-test-secret-0001", "att_7"), (_test.Upstream.Request.Headers["Authorization"], _test.Upstream.Request.Headers["Idempotency-Key"]));
        Assert.Equal(body, _test.Upstream.Request.Body);
    }

    [Fact]
    public async Task Parameters_of_its_own_go_where_the_kind_reads_them()
    {
        var request = UpstreamGatewayCase.Boat with { Extras = new JsonObject { ["negative_prompt"] = "rain", ["cfg_scale"] = 0.7 } };
        _test.Upstream.Answer(200, UpstreamGatewayCase.Accepted).Answer(200, UpstreamGatewayCase.Accepted);
        await _test.SubmitAsync(null, request);
        await _test.SubmitAsync(UpstreamGatewayCase.Reelay, request);

        Assert.EndsWith(""","metadata":{"negative_prompt":"rain","cfg_scale":0.7}}""", _test.Upstream.Requests[0].Body, StringComparison.Ordinal);
        Assert.EndsWith(""","external_task_id":"att_7","negative_prompt":"rain","cfg_scale":0.7}""", _test.Upstream.Requests[1].Body, StringComparison.Ordinal);
        var refusal = await Assert.ThrowsAsync<ProviderException>(() => _test.SubmitAsync(UpstreamGatewayCase.Aurora, request));
        Assert.Contains("negative_prompt", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "i2v", """{"prompt":"A paper boat","model":"veo3.1","seconds":"8","size":"1280x720","image":"data:image/png;base64,UE5HIQ=="}""", MediaRole.FirstFrame)]
    [InlineData("""{"media_inline":false}""", "i2v", """{"prompt":"A paper boat","model":"veo3.1","seconds":"8","size":"1280x720","image":"https://reelay.example/v1/inputs/1"}""", MediaRole.FirstFrame)]
    [InlineData("""{"facts":{"*":{"modes":["i2v_first_last"]}}}""", "i2v_first_last", """{"prompt":"A paper boat","model":"veo3.1","seconds":"8","size":"1280x720","images":["data:image/png;base64,UE5HIQ==","data:image/png;base64,TEFTVA=="]}""", MediaRole.LastFrame, MediaRole.FirstFrame)]
    [InlineData(UpstreamGatewayCase.Aurora, "i2v", """{"prompt":"A paper boat","model":"veo3.1","seconds":"8","size":"1280x720","tier":"720p","reference_images":["data:image/png;base64,UE5HIQ=="],"metadata":{"first_last_frame":true}}""", MediaRole.FirstFrame)]
    [InlineData(UpstreamGatewayCase.Aurora, "multi_i2v", """{"prompt":"A paper boat","model":"veo3.1","seconds":"8","size":"1280x720","tier":"720p","reference_images":["data:image/png;base64,UE5HIQ==","data:image/png;base64,UE5HIQ=="]}""", MediaRole.ReferenceImage, MediaRole.ReferenceImage)]
    public async Task Pictures_go_in_json_as_the_kind_takes_them(string? options, string mode, string body, params MediaRole[] roles)
    {
        _test.Upstream.Answer(200, UpstreamGatewayCase.Accepted);
        await _test.SubmitAsync(
            options, UpstreamGatewayCase.Boat with { Mode = mode },
            [.. roles.Select(role => UpstreamGatewayCase.File(role, role == MediaRole.LastFrame ? "LAST" : "PNG!"))]);
        Assert.Equal(body, _test.Upstream.Request.Body);
    }

    [Fact]
    public async Task Another_reelay_gets_files_by_what_they_are_for_and_the_same_bytes_each_time()
    {
        var files = new[] { UpstreamGatewayCase.File(MediaRole.FirstFrame), UpstreamGatewayCase.File(MediaRole.LastFrame, "LAST") };
        _test.Upstream.Answer(200, "{").Answer(200, UpstreamGatewayCase.Accepted);
        Assert.IsType<Submission.Accepted>(await _test.SubmitAsync(UpstreamGatewayCase.Reelay, UpstreamGatewayCase.Boat with { Mode = "i2v_first_last" }, files));

        Assert.Equal(2, _test.Upstream.Requests.Count);
        var (one, two) = (_test.Upstream.Requests[0], _test.Upstream.Requests[1]);
        Assert.Equal((one.Body, one.Headers["Content-Type"], "att_7"), (two.Body, two.Headers["Content-Type"], two.Headers["Idempotency-Key"]));
        Assert.Contains("name=\"first_frame\"; filename=\"frame.png\"\r\nContent-Type: image/png\r\n\r\nPNG!\r\n", one.Body, StringComparison.Ordinal);
        Assert.Contains("name=\"last_frame\"; filename=\"frame.png\"\r\nContent-Type: image/png\r\n\r\nLAST\r\n", one.Body, StringComparison.Ordinal);
        Assert.Contains("name=\"seconds\"\r\n\r\n8\r\n", one.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edits_and_extensions_go_by_id_by_file_or_by_link()
    {
        var edit = new ProviderRequest { UpstreamModel = "veo3.1", Mode = "edit", Prompt = "in winter" };
        var source = new SourceReference("task_0", JsonElement.Parse("""{"id":"task_0"}"""));
        for (var answer = 0; answer < 4; answer++) _test.Upstream.Answer(200, UpstreamGatewayCase.Accepted);
        await _test.SubmitAsync(UpstreamGatewayCase.Reelay, edit with { Source = source });
        await _test.SubmitAsync(UpstreamGatewayCase.Reelay, edit with { Mode = "extend", Seconds = 4, Source = source });
        await _test.SubmitAsync(UpstreamGatewayCase.Reelay, edit, UpstreamGatewayCase.File(MediaRole.SourceVideo, "MP4!"));
        await _test.SubmitAsync(UpstreamGatewayCase.Aurora, edit, UpstreamGatewayCase.File(MediaRole.SourceVideo, "MP4!"));

        var sent = _test.Upstream.Requests;
        Assert.Equal(["/v1/videos/edits", "/v1/videos/extensions", "/v1/videos/edits", "/v1/videos"], sent.Select(request => request.Url.AbsolutePath));
        Assert.Equal("""{"prompt":"in winter","external_task_id":"att_7","video":{"id":"task_0"}}""", sent[0].Body);
        Assert.Equal("""{"prompt":"in winter","seconds":"4","external_task_id":"att_7","video":{"id":"task_0"}}""", sent[1].Body);
        Assert.Contains("name=\"video\"; filename=\"clip.mp4\"\r\nContent-Type: video/mp4\r\n\r\nMP4!\r\n", sent[2].Body, StringComparison.Ordinal);
        Assert.Equal("""{"prompt":"in winter","model":"veo3.1","metadata":{"source_video_url":"https://reelay.example/v1/inputs/1"}}""", sent[3].Body);
    }

    [Theory]
    [InlineData("edit", MediaRole.SourceVideo)]
    [InlineData("i2v")]
    [InlineData("t2v", MediaRole.FirstFrame)]
    [InlineData("i2v", MediaRole.FirstFrame, MediaRole.FirstFrame)]
    [InlineData("sideways")]
    public async Task What_cannot_be_said_is_not_sent(string mode, params MediaRole[] roles)
    {
        var refusal = await Assert.ThrowsAsync<ProviderException>(() => _test.SubmitAsync(
            null, UpstreamGatewayCase.Boat with { Mode = mode }, [.. roles.Select(role => UpstreamGatewayCase.File(role))]));
        Assert.Equal(ProviderErrorKind.InvalidRequest, refusal.Kind);
        Assert.Empty(_test.Upstream.Requests);
    }
}

/// <summary>Options and what they make of models.</summary>
public sealed class UpstreamGatewayOptionsTests
{
    private readonly UpstreamGatewayProvider _provider = new();

    [Theory]
    [InlineData("""{"kind":"other"}""", "kind must be one of new_api, reelay, aurora")]
    [InlineData("""{"lost":"resend"}""", "a field for the word token")]
    [InlineData("""{"lost":"sometimes"}""", "lost")]
    [InlineData("""{"kind":"reelay","idempotency_header":null}""", "resend needs an idempotency_header")]
    [InlineData("""{"fields":{"length":"duration"}}""", "fields.length")]
    [InlineData("""{"fields":{"tier":"size"}}""", "size is named twice")]
    [InlineData("""{"fixed_fields":{"model":"x"}}""", "model is one of the order's own")]
    [InlineData("""{"extras":["model_name:text"]}""", "model_name may not be left to callers")]
    [InlineData("""{"extras":["steps"]}""", "steps:number")]
    [InlineData("""{"facts":{"x":{"modes":["edit"]}}}""", "facts.x.modes: edit")]
    [InlineData("""{"facts":{"x":{"seconds":[0]}}}""", "facts.x.seconds")]
    [InlineData("""{"facts":{"x":{"sizes":["720p"]}}}""", "facts.x.sizes: 720p")]
    [InlineData("""{"facts":{"x":{"audio":"choice"}}}""", "facts.x.audio")]
    [InlineData("""{"facts":{"x":{"max_outputs":2}}}""", "facts.x.max_outputs")]
    [InlineData("""{"facts":{"x":{"length":2}}}""", "length")]
    [InlineData("""{"has_edits":true}""", "media_as")]
    [InlineData("""{"list_delay_seconds":301}""", "list_delay_seconds")]
    [InlineData("""{"poll_404_confirmations":0}""", "poll_404_confirmations")]
    public void A_mistake_is_named(string options, string word) =>
        Assert.Contains(word, string.Join('\n', _provider.FindMistakes(JsonElement.Parse(options))), StringComparison.Ordinal);

    [Fact]
    public void A_model_can_do_what_its_kind_can_and_the_operator_says()
    {
        Assert.Equal(["t2v", "i2v"], Modes("{}"));
        Assert.Equal(["t2v", "i2v", "i2v_first_last", "multi_i2v", "edit", "extend"], Modes(UpstreamGatewayCase.Reelay));
        Assert.Equal(["t2v", "i2v", "i2v_first_last", "multi_i2v", "edit"], Modes(UpstreamGatewayCase.Aurora));

        const string facts = """{"kind":"reelay","facts":{"veo":{"modes":["t2v"],"seconds":[8],"sizes":["1280x720"],"audio":"choice","max_outputs":4},"*":{"modes":["t2i","edit"],"max_reference_images":5}}}""";
        var veo = Assert.Single(_provider.ModelsOf(JsonElement.Parse(facts), ["veo"]));
        Assert.Equal(("t2v", 8, "1280x720", "choice", 4), (veo.Modes[0], veo.Seconds[0], veo.Sizes[0], veo.Audio, veo.MaxOutputs));
        Assert.Null(veo.AnySize);
        var picture = Assert.Single(_provider.ModelsOf(JsonElement.Parse(facts), ["gpt-image-2"]));
        Assert.Equal(["t2i", "edit"], picture.Modes);
        Assert.Equal((0, 5), (picture.Seconds.Count, picture.References[MediaRole.ReferenceImage].MaxCount));
        Assert.True(_provider.ModelsOf(JsonElement.Parse(UpstreamGatewayCase.Aurora), ["veo"])[1].References[MediaRole.SourceVideo].IsLinkOnly);
    }

    [Fact]
    public void Variables_make_a_channel_once_address_and_models_are_named()
    {
        var variables = new Dictionary<string, string> { ["UPSTREAM_GATEWAY_BASE_URL"] = "https://other.example/v1", ["UPSTREAM_GATEWAY_API_KEY"] = "sk-1", ["UPSTREAM_GATEWAY_KIND"] = "reelay" };
        Assert.Empty(_provider.FromVariables(variables.GetValueOrDefault));
        variables["UPSTREAM_GATEWAY_MODELS"] = "film=veo3.1";
        var channel = Assert.Single(_provider.FromVariables(variables.GetValueOrDefault));
        Assert.Equal(("film=veo3.1", "reelay"), (channel.Models, channel.Options["kind"]));
    }

    private IEnumerable<string> Modes(string options) => _provider.ModelsOf(JsonElement.Parse(options), ["veo"]).SelectMany(row => row.Modes);
}
