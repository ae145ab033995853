using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Providers.Vidu;
using Reelay.Simulators;
using Reelay.Tests.Simulators;

namespace Reelay.Tests.Providers.Vidu;

/// <summary>The simulator, which shares nothing with the adapter but the documented facts: by plain requests, and by the adapter; a clock turned by hand.</summary>
public sealed class ViduSandboxTests
{
    private static readonly byte[] Frame = PngImage.Gradient(640, 360);
    private static readonly string Picture = "data:image/png;base64," + Convert.ToBase64String(Frame);

    private readonly ManualTime _time = new();
    private readonly ViduProvider _vidu = new();
    private readonly SandboxOptions _options;
    private readonly SandboxCore _sandbox;

    public ViduSandboxTests()
    {
        _options = World.Options(_time);
        _sandbox = SandboxCore.InMemory(_options);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // What a client of others does that was read but cannot be run here: submit, poll the creations, get the link as it stands.
    [Fact]
    public async Task The_sequence_of_a_known_client_comes_to_its_file()
    {
        var (status, made) = await SendAsync(HttpMethod.Post, "text2video", """
            {"model":"viduq3-turbo","prompt":"A paper boat crosses a rainy street","duration":8,"aspect_ratio":"9:16","resolution":"720p","audio":true,"seed":0,"payload":"vid_7f3a"}
            """);
        Assert.Equal(200, status);
        Assert.Matches("^[0-9]{18}$", Text(made, "task_id"));
        Assert.Equal(("created", "vid_7f3a", 88), (Text(made, "state"), Text(made, "payload"), (int)made["credits"]!));

        // Every member of the documented answer is there, and none else.
        Assert.Equal(Members("submit.ok.json"), made.Select(member => member.Key).Order());
        var path = $"tasks/{Text(made, "task_id")}/creations";
        Assert.Null((await SendAsync(HttpMethod.Get, path)).Body["creations"]);
        _time.Advance(3);
        var processing = (await SendAsync(HttpMethod.Get, path)).Body;
        Assert.Equal(("processing", 0), (Text(processing, "state"), processing["creations"]!.AsArray().Count));
        Assert.Equal(Members("poll.processing.json"), processing.Select(member => member.Key).Order());
        _time.Advance(3);
        var done = (await SendAsync(HttpMethod.Get, path)).Body;
        var creation = done["creations"]![0]!.AsObject();
        Assert.Equal(("success", 720, 1280), (Text(done, "state"), (int)creation["video"]!["resolution"]!["width"]!, (int)creation["video"]!["resolution"]!["height"]!));
        Assert.Equal(StandInClipStore.Clip.ToArray(), await (await GetAsync(Text(creation, "url")!)).Content.ReadAsByteArrayAsync(Token));
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("token")]
    [InlineData(null)]
    public async Task Only_their_own_scheme_is_an_authorization(string? scheme)
    {
        var (status, body) = await SendAsync(HttpMethod.Post, "text2video", """{"model":"viduq3-turbo","prompt":"x"}""", scheme);
        Assert.Equal((401, "Unauthorized"), (status, Text(body, "reason")));
        Assert.Equal(401, (await SendAsync(HttpMethod.Get, "credits", scheme: scheme)).Status);
    }

    [Theory]
    [InlineData("text2video", """{"model":"viduq3-turbo","prompt":"x","images":["P"]}""", "FieldUnwanted")]
    [InlineData("text2video", """{"model":"viduq3-turbo","prompt":"x","size":"1280x720"}""", "FieldUnwanted")]
    [InlineData("text2video", """{"model":"viduq3-turbo"}""", "FieldLacking")]
    [InlineData("text2video", """{"model":"viduq8","prompt":"x"}""", "ModelUnavailable")]
    [InlineData("text2video", """{"model":"viduq3-mix","prompt":"x"}""", "FieldInvalid")]
    [InlineData("text2video", """{"model":"viduq3-turbo","prompt":"x","duration":17}""", "FieldInvalid")]
    [InlineData("text2video", """{"model":"viduq3-turbo","prompt":"x","duration":"5"}""", "FieldInvalid")]
    [InlineData("text2video", """{"model":"viduq3-turbo","prompt":"x","resolution":"720P"}""", "FieldInvalid")]
    [InlineData("text2video", """{"model":"viduq3-turbo","prompt":"x","aspect_ratio":"21:9"}""", "FieldInvalid")]
    [InlineData("text2video", """{"model":"viduq1","prompt":"x","aspect_ratio":"4:3"}""", "FieldInvalid")]
    [InlineData("text2video", """{"model":"viduq2","prompt":"x","audio":true}""", "FieldInvalid")]
    [InlineData("text2video", """{"model":"viduq3-turbo","prompt":"x","audio":false,"audio_type":"all"}""", "FieldUnwanted")]
    [InlineData("text2video", """{"model":"viduq3-turbo","prompt":"x","seed":-1}""", "FieldInvalid")]
    [InlineData("text2video", "[]", "BadRequest")]
    [InlineData("img2video", """{"model":"viduq3-turbo"}""", "FieldItemCountOutOfRange")]
    [InlineData("img2video", """{"model":"viduq3-turbo","images":["P","P"]}""", "FieldItemCountOutOfRange")]
    [InlineData("img2video", """{"model":"viduq3-turbo","images":["P"],"aspect_ratio":"16:9"}""", "FieldUnwanted")]
    [InlineData("img2video", """{"model":"viduq3-turbo","images":["iVBORw0KGgo="]}""", "ImageFormatInvalid")]
    [InlineData("img2video", """{"model":"viduq3-turbo","images":["data:image/png;base64,AAAA"]}""", "ImageFormatInvalid")]
    [InlineData("start-end2video", """{"model":"viduq3-turbo","images":["P"]}""", "FieldItemCountOutOfRange")]
    [InlineData("start-end2video", """{"model":"viduq3-turbo","images":["P","T"]}""", "FieldInvalid")]
    [InlineData("reference2video", """{"model":"viduq3-turbo","prompt":"x","images":["P"],"duration":2}""", "FieldInvalid")]
    [InlineData("reference2video", """{"model":"viduq3-turbo","prompt":"x","images":["S"]}""", "FieldInvalid")]
    [InlineData("reference2video", """{"model":"viduq3-turbo","prompt":"x","images":["P","P","P","P","P","P","P","P"]}""", "FieldItemCountOutOfRange")]
    [InlineData("reference2video", """{"model":"vidu2.0","prompt":"x","images":["P"],"duration":8,"resolution":"1080p"}""", "FieldInvalid")]
    public async Task What_an_endpoint_does_not_document_is_refused(string endpoint, string body, string reason)
    {
        var (status, answer) = await SendAsync(HttpMethod.Post, endpoint, WithPictures(body));
        Assert.Equal((400, reason), (status, Text(answer, "reason")));
        Assert.Equal(Members("error.400.field.json"), answer.Select(member => member.Key).Order());
        Assert.False(Assert.Single(_sandbox.Submissions()).Row.Accepted);
    }

    [Theory]
    [InlineData("text2video", """{"model":"viduq3-turbo","prompt":"x","duration":5,"resolution":"540p"}""", 35)]
    [InlineData("reference2video", """{"model":"viduq3-turbo","prompt":"x","duration":5,"resolution":"540p","images":["P"]}""", 20)]
    [InlineData("img2video", """{"model":"viduq3-pro-fast","images":["P"],"duration":2,"resolution":"1080p"}""", 50)]
    [InlineData("start-end2video", """{"model":"viduq3-pro","images":["P","P"],"duration":16,"resolution":"720p"}""", 320)]
    [InlineData("reference2video", """{"model":"viduq3-mix","prompt":"x","images":["P"],"duration":3,"resolution":"1080p"}""", 87)]
    public async Task Credits_are_those_of_the_price_list(string endpoint, string body, int credits) =>
        Assert.Equal(credits, (int)(await SendAsync(HttpMethod.Post, endpoint, WithPictures(body))).Body["credits"]!);

    [Fact]
    public async Task More_than_an_account_may_run_wait_and_are_not_refused()
    {
        _options.MaxRunning = 1;
        var first = await SubmitAsync("one");
        var second = await SubmitAsync("two");
        Assert.Equal((1, 1), await ConcurrencyAsync());
        _time.Advance(3);
        Assert.Equal(new PollResult.Running(HasStarted: true), await PollAsync(first));
        Assert.Equal(("queueing", new PollResult.Running(HasStarted: false)), (await StateAsync(second), await PollAsync(second)));
        _time.Advance(3);
        Assert.IsType<PollResult.Succeeded>(await PollAsync(first));
        Assert.Equal("processing", await StateAsync(second));
        _time.Advance(6);
        Assert.IsType<PollResult.Succeeded>(await PollAsync(second));
    }

    [Fact]
    public async Task A_task_that_waits_can_be_cancelled_and_one_that_is_worked_on_cannot()
    {
        _options.MaxRunning = 1;
        var first = await SubmitAsync("one");
        var second = await SubmitAsync("two");
        _time.Advance(3);
        Assert.Equal(CancelResult.Refused, await _vidu.CancelAsync(Account(), first.Reference, Token));
        Assert.Equal(CancelResult.Confirmed, await _vidu.CancelAsync(Account(), second.Reference, Token));
        Assert.Equal(ProviderErrorKind.Cancelled, Assert.IsType<PollResult.Failed>(await PollAsync(second)).Kind);
        Assert.Equal(CancelResult.Refused, await _vidu.CancelAsync(Account(), second.Reference, Token));
        _time.Advance(3);
        Assert.IsType<PollResult.Succeeded>(await PollAsync(first));
    }

    [Fact]
    public async Task A_link_is_good_for_a_day_without_a_key_and_only_as_it_was_written()
    {
        var accepted = await SubmitAsync("a boat");
        _time.Advance(6);
        var url = Assert.IsType<ProviderOutput.AtUrl>(Assert.Single(Assert.IsType<PollResult.Succeeded>(await PollAsync(accepted)).Outputs)).Url.Value;
        Assert.Equal(200, (int)(await GetAsync(url.AbsoluteUri)).StatusCode);
        Assert.Equal(403, (int)(await GetAsync(url.AbsoluteUri.Replace("%", "%25", StringComparison.Ordinal))).StatusCode);
        Assert.Equal(400, (int)(await GetAsync(url.AbsoluteUri, "Token")).StatusCode);
        _time.Advance(86_400);
        Assert.Equal(403, (int)(await GetAsync(url.AbsoluteUri)).StatusCode);
    }

    [Fact]
    public async Task The_list_is_filtered_and_paged_and_a_lost_order_stands_on_a_later_page()
    {
        var lost = ViduCase.BoatClip with { Prompt = "lost [drop:after-accept]" };
        var from = _time.GetUtcNow();
        await Assert.ThrowsAsync<ProviderException>(() => _vidu.SubmitAsync(Order(lost, "att_lost"), Token));
        for (var index = 0; index < 101; index++) await SubmitAsync("later", $"att_{index}");

        var page = (await SendAsync(HttpMethod.Get, "tasks?pager.pagesz=2&states=created")).Body;
        Assert.Equal(("1", 2), (Text(page, "next_page_token"), page["tasks"]!.AsArray().Count));
        Assert.Equal(Members("list.json"), page.Select(member => member.Key).Order());
        Assert.Empty((await SendAsync(HttpMethod.Get, "tasks?created_at.to=2026-11-20T00%3A00%3A00Z")).Body["tasks"]!.AsArray());
        Assert.Equal("PageSizeOutOfRange", Text((await SendAsync(HttpMethod.Get, "tasks?pager.pagesz=101")).Body, "reason"));

        var found = Assert.Single(await _vidu.FindAsync(Account(), new(lost, "att_lost", from, _time.GetUtcNow()), Token));
        Assert.Equal(_sandbox.Submissions().Single(report => report.Row.Prompt!.StartsWith("lost", StringComparison.Ordinal)).Row.UpstreamId, found.UpstreamId);
        await Assert.ThrowsAsync<ProviderException>(() => _vidu.FindAsync(Account(), new(lost, "att_never", from, _time.GetUtcNow()), Token));
        Assert.Empty(await _vidu.FindAsync(Account("""{"trust_absence":true}"""), new(lost, "att_never", from, _time.GetUtcNow()), Token));
    }

    [Fact]
    public async Task Callbacks_are_signed_with_the_key_and_forged_ones_are_found_out()
    {
        Uri address = new("https://gateway.example/callbacks/vidu/token-1?a=b");
        var accepted = Assert.IsType<Submission.Accepted>(
            await _vidu.SubmitAsync(Order(ViduCase.BoatClip with { Prompt = "a boat [callback:forged]" }, "att_1") with { CallbackUrl = address }, Token));
        _time.Advance(6);
        var batch = Assert.Single(((ICallsBack)_sandbox.Simulators["vidu"]).DueCallbacks());
        Assert.Equal((4, address), (batch.Messages.Count, batch.Url));
        Assert.Equal([false, true, false, true], batch.Messages.Select(message => _vidu.IsGenuine(Account(), [address], message.Headers)));
        Assert.DoesNotContain(batch.Messages, message => _vidu.IsGenuine(Account(), [new("https://gateway.example/callbacks/vidu/token-2?a=b")], message.Headers));

        var genuine = batch.Messages.Where(message => _vidu.IsGenuine(Account(), [address], message.Headers)).ToList();
        Assert.All(genuine, message => Assert.Equal(new(accepted.UpstreamId, null, false), _vidu.ReadCallback(Account(), message.Headers, message.Body)));
        var bodies = genuine.Select(message => JsonNode.Parse(message.Body.Span)!.AsObject()).ToList();
        Assert.Equal(["processing", "success"], bodies.Select(body => Text(body, "state")));

        // The last is what a poll answers at the time, its link written by the address that the order came to.
        Assert.True(JsonNode.DeepEquals((await SendAsync(HttpMethod.Get, $"tasks/{accepted.UpstreamId}/creations")).Body, bodies[1]));
    }

    private static IOrderedEnumerable<string> Members(string fixture) => JsonNode.Parse(ViduCase.Fixture(fixture))!.AsObject().Select(member => member.Key).Order();

    private static string WithPictures(string body) => body
        .Replace("\"P\"", $"\"{Picture}\"", StringComparison.Ordinal)
        .Replace("\"T\"", $"\"data:image/png;base64,{Convert.ToBase64String(PngImage.Gradient(360, 640))}\"", StringComparison.Ordinal)
        .Replace("\"S\"", $"\"data:image/png;base64,{Convert.ToBase64String(PngImage.Gradient(126, 126))}\"", StringComparison.Ordinal);

    private static string? Text(JsonObject body, string name) => (string?)body[name];

    private static HttpRequestMessage Request(HttpMethod method, string path) => new(method, "http://sandbox/vidu/" + path);

    private async Task<(int Status, JsonObject Body)> SendAsync(HttpMethod method, string path, string? body = null, string? scheme = "Token")
    {
        using var http = new HttpMessageInvoker(new SimulatorHandler(_sandbox));
        using var request = Request(method, "ent/v2/" + path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (scheme is not null) request.Headers.Authorization = new AuthenticationHeaderValue(scheme, "vda_sandbox_vidu");
        using var response = await http.SendAsync(request, Token);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!.AsObject());
    }

    private async Task<HttpResponseMessage> GetAsync(string url, string? scheme = null)
    {
        using var http = new HttpMessageInvoker(new SimulatorHandler(_sandbox));
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (scheme is not null) request.Headers.Authorization = new AuthenticationHeaderValue(scheme, "vda_sandbox_vidu");
        return await http.SendAsync(request, Token);
    }

    private ProviderAccount Account(string? options = null) => new()
    {
        ChannelId = "channel-1",
        BaseUrl = new("http://sandbox/vidu"),
        Credential = new ProviderCredential.ApiKey("vda_sandbox_vidu"),
        Options = options is null ? default : JsonElement.Parse(options),
        Http = new HttpMessageInvoker(new SimulatorHandler(_sandbox)),
        Time = _time,
    };

    private SubmissionContext Order(ProviderRequest request, string token) => ViduCase.Order(Account(), request) with { AttemptToken = token };

    private async Task<Submission.Accepted> SubmitAsync(string prompt, string token = "att_1") => Assert.IsType<Submission.Accepted>(
        await _vidu.SubmitAsync(Order(ViduCase.BoatClip with { Prompt = prompt }, token), Token));

    private Task<PollResult> PollAsync(Submission.Accepted accepted) => _vidu.PollAsync(Account(), accepted.Reference, Token);

    private async Task<string?> StateAsync(Submission.Accepted accepted) =>
        Text((await SendAsync(HttpMethod.Get, $"tasks/{accepted.UpstreamId}/creations")).Body, "state");

    private async Task<(int Running, int Queued)> ConcurrencyAsync()
    {
        var remains = (await SendAsync(HttpMethod.Get, "credits?show_detail=true")).Body["remains"]![0]!;
        return ((int)remains["current_concurrency"]!, (int)remains["queue_count"]!);
    }
}
