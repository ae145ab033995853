using System.Globalization;
using System.Text;
using System.Text.Json;
using Reelay.Server.Storage;
using Reelay.Tests.Files;
using Reelay.Tests.Fuzz;
using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

/// <summary>Bad input to the routes of orders, one row for each kind: what is said of it, and that nothing of it is left.</summary>
/// <remarks>
/// Elsewhere: single fields and their limits, and bodies that break off (<see cref="CreateErrorTests"/>); every way to misform a body
/// (<c>RefusedBodyTests</c>); uploads, among them a text named .png and 40,000 x 40,000 pixels (<see cref="FileErrorTests"/>), which therefore
/// never get a <c>file_id</c>; clips of characters (<c>CharacterTests</c>); <c>wait=-1</c> (<see cref="WaitTests"/>); <c>index=99</c>
/// (<see cref="VariantRefusalTests"/>); expired and altered links (<see cref="SignedLinkTests"/>); ids of others in paths
/// (<see cref="ReadingVideosTests"/>, <c>FileApiTests</c>); addresses that must not be reached, in every spelling (<c>FetchBlockingTests</c>).
/// Links in orders are in <see cref="BadLinkTests"/>, bodies without end in <see cref="HugeBodyTests"/>.
/// </remarks>
public sealed class BadInputTests
{
    private const string Urlencoded = "application/x-www-form-urlencoded";
    private static readonly string Text = Convert.ToBase64String("hello, this is no picture at all"u8);
    private static readonly string Bomb = Convert.ToBase64String(Uploads.Claim(40_000, 40_000));
    private static readonly string Small = Convert.ToBase64String(Uploads.Claim(1280, 720));

    private static readonly (string Name, string Path, string Body, string Answer, string? Param)[] Texts =
    [
        ("two lengths in different places", "", """{"prompt": "x", "duration": 8, "metadata": {"seconds": 4}}""", "400 conflicting_parameters", null),
        ("two ratios", "", """{"prompt": "x", "aspect_ratio": "16:9", "ratio": "9:16"}""", "400 conflicting_parameters", "ratio"),
        ("two tiers", "", """{"prompt": "x", "model": "gpt-image-2", "tier": "1k", "resolution": "2k"}""", "400 conflicting_parameters", "resolution"),
        ("two sounds", "", """{"prompt": "x", "model": "kling-v2-6", "audio": true, "sound": "off"}""", "400 conflicting_parameters", "sound"),
        ("two prompts", "", """{"prompt": "x", "content": [{"type": "text", "text": "y"}]}""", "400 conflicting_parameters", null),
        ("two sources", "/{done}/remix", """{"prompt": "x", "video_id": "task_00000000000000000000000000"}""", "400 conflicting_parameters", "video_id"),
        ("a data URL with bad base64", "", """{"prompt": "x", "input_reference": "data:image/png;base64,iVBOR*w0KGgo="}""", "400 invalid_image", "input_reference"),
        ("a data URL without base64", "", """{"prompt": "x", "input_reference": {"image_url": "data:image/png,x"}}""", "400 invalid_image", "input_reference.image_url"),
        ("a text as base64", "", $$"""{"prompt": "x", "input_reference": "{{Text}}"}""", "400 invalid_image", "input_reference"),
        ("a text as a data URL of a PNG", "", $$"""{"prompt": "x", "image": "data:image/png;base64,{{Text}}"}""", "400 invalid_image", "image"),
        ("1.6 gigapixels as base64", "", $$"""{"prompt": "x", "input_reference": "{{Bomb}}"}""", "400 invalid_image", "input_reference"),
        ("1.6 gigapixels in a list", "", $$"""{"prompt": "x", "model": "gpt-image-2", "reference_images": ["{{Bomb}}"]}""", "400 invalid_image", "reference_images[0]"),
        ("200 links", "", List("https://example.com/a.png"), "400 too_many_references", null),
        ("200 pictures", "", List(Small), "400 too_many_references", null),
        ("17 pictures for a model that takes 16", "", List(Small, 17), "400 too_many_references", null),
        ("500 levels", "", "{\"prompt\": \"x\", \"metadata\": " + Repeat("{\"a\":[", 250) + Repeat("]}", 250) + "}", "400 invalid_json", null),
        ("500 levels in a text", "", "{\"prompt\": \"x\", \"image_list\": \"" + Repeat("[", 500) + "\"}", "400 invalid_json", "image_list"),
        ("100,000 members", "", "{" + string.Join(',', Enumerable.Range(0, 100_000).Select(number => $"\"f{number}\":1")) + "}", "400 invalid_json", null),
        ("an http link", "", """{"prompt": "x", "image_url": "http://images.test/a.png"}""", "400 invalid_url", "image_url"),
        ("an ftp link", "", """{"prompt": "x", "image_url": {"url": "ftp://images.test/a.png"}}""", "400 invalid_image", "image_url.url"),
        ("a link with a password", "", """{"prompt": "x", "image_url": "https://u:p@images.test/a.png"}""", "400 invalid_url", "image_url"),
        ("a link without a host", "", """{"prompt": "x", "image_url": "https:///a.png"}""", "400 invalid_url", "image_url"),
        ("a remix without a word", "/{done}/remix", """{"prompt": ""}""", "400 prompt_required", "prompt"),
        ("a remix without a prompt", "/{done}/remix", "{}", "400 prompt_required", "prompt"),
        ("an extension of seven seconds", "/extensions", """{"prompt": "x", "seconds": "7", "video": {"id": "{done}"}}""", "400 invalid_seconds", "seconds"),
        ("an extension of nothing", "/extensions", """{"prompt": "x", "seconds": "8"}""", "400 input_reference_required", "video"),
        ("an edit of nothing", "/edits", """{"prompt": "x"}""", "400 input_reference_required", "video"),
        ("an edit of a picture", "/edits", $$"""{"prompt": "x", "video": "{{Small}}"}""", "400 invalid_video", "video"),
        ("an estimate of nothing", "/estimate", "", "400 invalid_json", null),
        ("an estimate of nonsense", "/estimate", """{"prompt": [], "seconds": "soon"}""", "400 invalid_type", "prompt"),
        ("an estimate of an unknown model", "/estimate", """{"prompt": "x", "model": "nothing"}""", "404 model_not_found", "model"),
        ("an estimate with 1.6 gigapixels", "/estimate", $$"""{"prompt": "x", "input_reference": "{{Bomb}}"}""", "400 invalid_image", "input_reference"),
        ("an estimate that is explained to a caller", "/estimate?explain=true", """{"prompt": "x"}""", "403 admin_key_required", "explain"),
    ];

    // What another account has, and what nobody has: one answer but for the id in it.
    private static readonly (string Name, string Path, string Body, string Answer, string Param)[] Foreign =
    [
        ("a file", "", """{"prompt": "x", "input_reference": {"file_id": "{file}"}}""", "404 file_not_found", "input_reference.file_id"),
        ("a link to a file", "", """{"prompt": "x", "image_url": "{base}/v1/files/{file}"}""", "404 file_not_found", "image_url"),
        ("a character", "", """{"prompt": "Ada runs", "characters": [{"id": "{character}"}]}""", "404 character_not_found", "characters[0].id"),
        ("a video to edit", "/edits", """{"prompt": "x", "video": {"id": "{video}"}}""", "404 video_not_found", "video.id"),
        ("a video to go on from", "/extensions", """{"prompt": "x", "video": {"id": "{video}"}}""", "404 video_not_found", "video.id"),
        ("a video by video_id", "", """{"prompt": "x", "model": "kling-v3-omni", "mode": "extend", "video_id": "{video}"}""", "404 video_not_found", "video_id"),
        ("a video to remix", "/{video}/remix", """{"prompt": "x"}""", "404 video_not_found", "id"),
        ("a link to content", "/edits", """{"prompt": "x", "video": {"url": "{base}/v1/videos/{video}/content"}}""", "404 video_not_found", "video.url"),
        ("a signed link to content", "/edits", """{"prompt": "x", "video": {"url": "{base}/v1/videos/{video}/content?expires=9999999999&signature=x"}}""", "404 video_not_found", "video.url"),
        ("a file in an estimate", "/estimate", """{"prompt": "x", "input_reference": {"file_id": "{file}"}}""", "404 file_not_found", "input_reference.file_id"),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_bad_text_has_its_answer_and_leaves_nothing()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var done = await gateway.OrderAsync();
        await gateway.FinishAsync(done);
        var wrong = new List<string>();
        foreach (var (name, path, body, expected, param) in Texts)
        {
            var answer = await gateway.SendAsync(HttpMethod.Post, "/v1/videos" + path.Replace("{done}", done), body.Replace("{done}", done));
            Compare(wrong, name, answer, expected, param);
        }

        Assert.Empty(wrong);
        AssertOnlyOrders(gateway, 1);
    }

    [Fact]
    public async Task Every_bad_form_has_its_answer_and_leaves_nothing()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var wrong = new List<string>();
        foreach (var (name, type, body, expected, param) in Forms())
        {
            using var content = new ByteArrayContent(body);
            content.Headers.TryAddWithoutValidation("Content-Type", type);
            Compare(wrong, name, await gateway.PostAsync("/v1/videos", content), expected, param);
        }

        Assert.Empty(wrong);
        AssertOnlyOrders(gateway, 0);
    }

    [Fact]
    public async Task What_another_account_has_is_answered_like_what_nobody_has()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var (video, file) = (await gateway.OrderAsync(), (await gateway.UploadAsync()).Text("id"));
        using var form = Uploads.Form(("name", "Ada"), ("video", Uploads.Clip()));
        var character = (await gateway.PostAsync("/v1/videos/characters", form)).Body.Text("id");
        await gateway.FinishAsync(video);
        using var other = gateway.NewClient(gateway.AdminKey);
        var wrong = new List<string>();
        foreach (var (name, path, body, expected, param) in Foreign)
        {
            var theirs = await gateway.SendAsync(HttpMethod.Post, "/v1/videos" + Fill(path, video, file, character), Fill(body, video, file, character), other);
            Compare(wrong, name, theirs, expected, param);
            const string None = "00000000000000000000000000";
            var (noVideo, noFile, noCharacter) = ("task_" + None, "file_" + None, "char_" + None);
            var unknown = await gateway.SendAsync(HttpMethod.Post, "/v1/videos" + Fill(path, noVideo, noFile, noCharacter), Fill(body, noVideo, noFile, noCharacter), other);
            var message = theirs.Body.GetRawText().Replace(video, noVideo).Replace(file, noFile).Replace(character, noCharacter);
            if (message != unknown.Body.GetRawText()) wrong.Add($"{name}: {message} is not {unknown.Body.GetRawText()}");
        }

        Assert.Empty(wrong);
        AssertOnlyOrders(gateway, 1);

        string Fill(string text, string videoId, string fileId, string characterId) => text
            .Replace("{video}", videoId).Replace("{file}", fileId).Replace("{character}", characterId).Replace("{base}", gateway.BaseUrl.ToString().TrimEnd('/'));
    }

    [Fact]
    public async Task What_is_odd_but_harmless_is_accepted()
    {
        await using var gateway = await GatewayHost.StartAsync();

        // Broken escapes stand for themselves, as browsers read them.
        using var form = new StringContent("prompt=100%&user=%zz&seconds=%3", Encoding.UTF8, Urlencoded);
        Assert.Equal("invalid_seconds", (await gateway.PostAsync("/v1/videos", form)).Error(400).Text("code"));
        using var escapes = new StringContent("prompt=100%+%zz%4", Encoding.UTF8, Urlencoded);
        Assert.Equal("100% %zz%4", (await gateway.PostAsync("/v1/videos", escapes)).Body.Text("prompt"));

        // The same value twice is one value; unknown query keys are nobody's.
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Post, "/v1/videos?beta=1&seconds=99&include[]=a", """{"prompt":"x","seconds":8,"duration":"8s"}""")).Status);
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Post, "/v1/videos/estimate?colour=red", """{"prompt":"x"}""")).Status);
        var id = await gateway.OrderAsync();
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Get, $"/v1/videos/{id}?fields=id&wait_for=ever")).Status);

        // A body that no route asked for is not looked at.
        foreach (var (method, path) in new[] { ("GET", "/v1/videos"), ("GET", "/v1/videos/" + id), ("POST", $"/v1/videos/{id}/cancel"), ("DELETE", "/v1/videos/" + id), ("GET", "/v1/models") })
            Assert.Equal(200, (await gateway.SendAsync(new HttpMethod(method), path, "{\"nonsense")).Status);
        Assert.Equal(3, Count(gateway, "tasks"));
    }

    [Fact]
    public async Task Headers_beyond_64_KiB_are_refused_and_the_server_goes_on()
    {
        await using var gateway = await GatewayHost.StartAsync();
        foreach (var headers in new[] { "X-Long: " + new string('h', 70_000), string.Join("\r\n", Enumerable.Range(0, 101).Select(number => $"X-{number}: x")) })
        {
            var message = Encoding.ASCII.GetBytes($"GET /v1/videos HTTP/1.1\r\nHost: x\r\n{headers}\r\n\r\n");
            Assert.Equal(431, (await RawClient.SendAsync(gateway.BaseUrl.Port, [message]))!.Status);
        }

        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Get, "/v1/videos")).Status);
    }

    [Theory]
    [InlineData("GET", "/v1/videos/{0}", null)]
    [InlineData("GET", "/v1/models/{0}", null)]
    [InlineData("GET", "/v1/files/{0}", null)]
    [InlineData("GET", "/v1/{0}", null)]
    [InlineData("DELETE", "/v1/models/{0}", null)]
    [InlineData("{0}", "/v1/videos", null)]
    [InlineData("GET", "/v1/videos?limit={0}", null)]
    [InlineData("GET", "/v1/videos?order={0}", null)]
    [InlineData("GET", "/v1/videos?after={0}", null)]
    [InlineData("GET", "/v1/videos?after=%0a%1b%0d{0}", null)]
    [InlineData("GET", "/v1/videos/%F0%9F%A6%8A%0a%1b{0}", null)]
    [InlineData("POST", "/v1/videos", "{\"prompt\": \"x\", \"{0}\": {\"{0}\": \"\\ud800\"}}")]
    [InlineData("POST", "/v1/videos", "--X\r\nContent-Disposition: form-data; name=\"{0}\"; filename=\"a\"\r\n\r\nx\r\n--X--\r\n")]
    [InlineData("POST", "/v1/videos", "--X\r\nContent-Disposition: form-data; name=\"prompt[{0}]\"; filename=\"a\"\r\n\r\nx\r\n--X--\r\n")]
    public async Task Whatever_was_sent_an_error_is_short_and_on_one_line(string method, string target, string? body)
    {
        await using var gateway = await GatewayHost.StartAsync();
        var text = new string('A', 5_000);
        var content = (body ?? "").Replace("{0}", text);
        var head = $"{method} {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk-reelay-sandbox\r\nContent-Length: {content.Length}\r\n\r\n";
        var answer = await RawClient.SendAsync(gateway.BaseUrl.Port, [Encoding.ASCII.GetBytes(head.Replace("{0}", text) + content)]);
        using var parsed = JsonDocument.Parse(answer!.Body);
        var error = parsed.RootElement.GetProperty("error");
        Assert.InRange(answer.Status, 400, 405);
        Assert.InRange(error.Text("message").Length, 10, 300);
        Assert.DoesNotContain(error.Text("message"), char.IsControl);
        Assert.InRange(error.GetProperty("param").GetString()?.Length ?? 0, 0, 65);
    }

    [Fact]
    public async Task A_request_without_a_host_gets_links_to_where_it_came_in()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var picture = Convert.ToBase64String(Uploads.Claim(720, 1280));
        var created = await SendAsync("POST", "/v1/videos", $$"""{"prompt": "x", "input_reference": "{{picture}}"}""");
        await gateway.FinishAsync(created.Text("id"));
        var video = await SendAsync("GET", "/v1/videos/" + created.Text("id"), "");
        Assert.Equal(($"{gateway.BaseUrl}v1/videos/{created.Text("id")}/content", "completed"), (video.Text("output_url"), video.Text("status")));

        async Task<JsonElement> SendAsync(string method, string path, string body)
        {
            var message = $"{method} {path} HTTP/1.1\r\nHost:\r\nAuthorization: Bearer sk-reelay-sandbox\r\nContent-Length: {body.Length}\r\n\r\n{body}";
            var answer = await RawClient.SendAsync(gateway.BaseUrl.Port, [Encoding.ASCII.GetBytes(message)]);
            Assert.True(answer?.Status == 200, answer?.ToString());
            return JsonDocument.Parse(answer!.Body).RootElement;
        }
    }

    [Theory]
    [InlineData("/v1/videos", "application/json", "{\"prompt\":\"half of a")]
    [InlineData("/v1/videos", Urlencoded, "prompt=half+of+a")]
    [InlineData("/v1/videos", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"input_reference\"; filename=\"a.png\"\r\n\r\nhalf of a")]
    [InlineData("/v1/files", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\nhalf of a")]
    [InlineData("/v1/videos/characters", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"video\"; filename=\"a.mp4\"\r\n\r\nhalf of a")]
    public async Task A_client_that_stops_in_the_middle_is_told_so_and_leaves_nothing(string path, string type, string half)
    {
        await using var gateway = await GatewayHost.StartAsync();
        var message = $"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk-reelay-sandbox\r\nContent-Type: {type}\r\nContent-Length: 1000\r\n\r\n{half}";

        // The web server waits for some seconds before it calls a body slow.
        var answer = await RawClient.SendAsync(gateway.BaseUrl.Port, [Encoding.ASCII.GetBytes(message)]);

        Assert.Equal(408, answer!.Status);
        using var body = JsonDocument.Parse(answer.Body);
        Assert.Equal("request_timeout", body.RootElement.GetProperty("error").Text("code"));
        Assert.InRange(int.Parse(answer.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 60);
        AssertOnlyOrders(gateway, 0);
    }

    private static IEnumerable<(string Name, string Type, byte[] Body, string Answer, string? Param)> Forms()
    {
        const string Multipart = "multipart/form-data; boundary=X";
        yield return ("a part without a name", Multipart, Parts("Content-Disposition: form-data\r\n\r\nx"), "400 invalid_multipart_form", null);
        yield return ("a part without a disposition", Multipart, Parts("Content-Type: text/plain\r\n\r\nx"), "400 invalid_multipart_form", null);
        yield return ("a part with an empty name", Multipart, Parts(Part("", "x")), "400 invalid_multipart_form", null);
        yield return ("a field twice", Multipart, Parts(Part("prompt", "x"), Part("seconds", "4"), Part("seconds", "8")), "400 conflicting_parameters", "seconds");
        yield return ("a prompt twice", Multipart, Parts(Part("prompt", "x"), Part("prompt", "y")), "400 conflicting_parameters", "prompt");
        yield return ("a file for a text", Multipart, Parts(File("prompt", "x"u8), Part("seconds", "4")), "400 invalid_type", "prompt");
        yield return ("a file for a number", Multipart, Parts(Part("prompt", "x"), File("seconds", "4"u8)), "400 invalid_type", "seconds");
        yield return ("a text named .png", Multipart, Parts(Part("prompt", "x"), File("input_reference", "hello, hello"u8)), "400 invalid_image", "input_reference");
        yield return ("an empty picture", Multipart, Parts(Part("prompt", "x"), File("input_reference", [])), "400 invalid_image", "input_reference");
        yield return ("1.6 gigapixels", Multipart, Parts(Part("prompt", "x"), File("input_reference", Uploads.Claim(40_000, 40_000))), "400 invalid_image", "input_reference");
        yield return ("a file that nobody asked for", Multipart, Parts(Part("prompt", "x"), File("colour", Uploads.Png)), "400 unsupported_parameter", "colour");
        yield return ("two first frames", Multipart, Parts(Part("prompt", "x"), File("input_reference", Uploads.Claim(1280, 720)), File("input_reference", Uploads.Claim(720, 1280))), "400 too_many_references", "input_reference");
        yield return ("200 files", Multipart, Parts([Part("prompt", "x"), Part("model", "gpt-image-2"), .. Enumerable.Repeat(File("image", Uploads.Claim(1280, 720)), 200)]), "400 too_many_references", "image");
        yield return ("100,000 parts", Multipart, Parts([.. Enumerable.Range(0, 100_000).Select(number => Part("f" + number, "x"))]), "400 invalid_multipart_form", null);
        yield return ("100,000 fields", Urlencoded, Encoding.ASCII.GetBytes(string.Join('&', Enumerable.Range(0, 100_000).Select(number => $"f{number}=x"))), "400 invalid_form", null);
        yield return ("100,000 empty fields", Urlencoded, Encoding.ASCII.GetBytes(Repeat("=&", 100_000)), "400 invalid_form", null);
        yield return ("two values", Urlencoded, "prompt=x&seconds=4&duration=8"u8.ToArray(), "400 conflicting_parameters", "duration");
        yield return ("no text in any encoding", Urlencoded, "prompt=%ff%fe"u8.ToArray(), "400 invalid_form", null);
        yield return ("bad base64", Urlencoded, "prompt=x&input_reference=data:image/png;base64,%25%25"u8.ToArray(), "400 invalid_image", "input_reference");
        yield return ("a text as base64", Multipart, Parts(Part("prompt", "x"), Part("input_reference", Text)), "400 invalid_image", "input_reference");
    }

    private static void Compare(List<string> wrong, string name, (int Status, JsonElement Body) answer, string expected, string? param)
    {
        var error = answer.Body.TryGetProperty("error", out var found) ? found : default;
        var code = error.ValueKind == JsonValueKind.Object ? error.Text("code") : "no error";
        if ($"{answer.Status} {code}" != expected) wrong.Add($"{name}: {answer.Status} {code}: {answer.Body.GetRawText()}");
        else if (param is not null && error.GetProperty("param").GetString() != param) wrong.Add($"{name}: param {error.GetProperty("param")}");
        else if (error.Text("message").Length > 700) wrong.Add($"{name}: a message of {error.Text("message").Length} characters");
    }

    private static void AssertOnlyOrders(GatewayHost gateway, long count)
    {
        Assert.Equal((count, count), (Count(gateway, "tasks"), Count(gateway, "ledger_entries WHERE kind = 'reserve'")));
        Assert.Equal(count, gateway.Sandbox.Submissions.Count);
        Assert.Empty(gateway.Stored("inputs"));
    }

    private static long Count(GatewayHost gateway, string table) => gateway.Database(connection => connection.Scalar<long>("SELECT count(*) FROM " + table));

    private static string List(string item, int count = 200) =>
        JsonSerializer.Serialize(new { prompt = "x", model = "gpt-image-2", reference_images = Enumerable.Repeat(item, count) });

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    private static string Part(string name, string text) => $"Content-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}";

    // One character is one byte.
    private static string File(string name, ReadOnlySpan<byte> bytes) =>
        $"Content-Disposition: form-data; name=\"{name}\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n{Encoding.Latin1.GetString(bytes)}";

    private static byte[] Parts(params string[] parts) =>
        Encoding.Latin1.GetBytes(string.Concat(parts.Select(part => $"--X\r\n{part}\r\n")) + "--X--\r\n");
}
