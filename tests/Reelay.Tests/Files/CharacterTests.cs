using System.Text;
using System.Text.Json;
using Reelay.Server.Files;
using Reelay.Server.Storage;
using Reelay.Tests.Support;

namespace Reelay.Tests.Files;

/// <summary>Characters in every encoding, and clips that cannot be one.</summary>
public sealed class CharacterTests
{
    private static readonly string Base64 = Convert.ToBase64String(Uploads.Clip());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Encodings => ["multipart", "json data url", "json base64", "json file id", "multipart file id", "multipart json", "urlencoded"];

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task A_character_is_made_in_every_encoding_and_read(string encoding)
    {
        await using var gateway = await GatewayHost.StartAsync();
        var file = (await gateway.UploadAsync(Uploads.Clip(), "clip.mp4", "user_data")).Text("id");
        using HttpContent content = encoding switch
        {
            "multipart" => Uploads.Form(("video", Uploads.Clip()), ("name", "Ada 王")),
            "json data url" => Json(new { name = "Ada 王", video = "data:video/mp4;base64," + Base64 }),
            "json base64" => Json(new { name = "Ada 王", video = Base64 }),
            "json file id" => Json(new { name = "Ada 王", video = new { file_id = file } }),
            "multipart file id" => Uploads.Form(("name", "Ada 王"), ("video[file_id]", file)),
            "multipart json" => Uploads.Form(("name", "Ada 王"), ("video", $$"""{"file_id": "{{file}}"}""")),
            _ => new FormUrlEncodedContent([new("name", "Ada 王"), new("video", Base64)]),
        };
        var (status, made) = await gateway.PostAsync("/v1/videos/characters", content);
        Assert.True(status == 200, made.GetRawText());
        Assert.Matches("^char_[0-9a-z]{26}$", made.Text("id"));
        Assert.Equal(["id", "name", "created_at"], made.EnumerateObject().Select(member => member.Name));
        Assert.Equal("Ada 王", made.Text("name"));
        var read = await gateway.SendAsync(HttpMethod.Get, "/v1/videos/characters/" + made.Text("id"));
        Assert.Equal((200, made.GetRawText()), (read.Status, read.Body.GetRawText()));

        // A clip of its own: the file may go.
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Delete, "/v1/files/" + file)).Status);
        while (gateway.Stored("files").Length > 0) await GatewayHost.PauseAsync();
        var lookup = (ICharacterLookup)gateway.Services.GetService(typeof(ICharacterLookup))!;
        var found = (await lookup.FindAsync("acct_sandbox", made.Text("id"), Cancellation))!;
        Assert.Equal(("video/mp4", Uploads.Clip().Length), (found.ContentType, found.SizeBytes));
        Assert.Equal(Uploads.Clip(), await File.ReadAllBytesAsync(Path.Combine(gateway.Folder, "assets", found.Key), Cancellation));
    }

    [Fact]
    public async Task Another_accounts_character_and_file_are_answered_like_ones_that_never_were()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var form = Uploads.Form(("video", Uploads.Clip()), ("name", "Ada"));
        var id = (await gateway.PostAsync("/v1/videos/characters", form)).Body.Text("id");
        var file = (await gateway.UploadAsync(Uploads.Clip(), "clip.mp4")).Text("id");
        using var other = gateway.NewClient(gateway.AdminKey);
        var theirs = (await gateway.SendAsync(HttpMethod.Get, "/v1/videos/characters/" + id, client: other)).Error(404);
        var none = (await gateway.SendAsync(HttpMethod.Get, "/v1/videos/characters/char_none", client: other)).Error(404);
        Assert.Equal(none.GetRawText().Replace("char_none", id), theirs.GetRawText());
        using var stolen = Json(new { name = "Ada", video = new { file_id = file } });
        var refused = (await gateway.PostAsync("/v1/videos/characters", stolen, other)).Error(404);
        Assert.Equal(("file_not_found", "video.file_id"), (refused.Text("code"), refused.Text("param")));
        Assert.Equal(1, gateway.Database(connection => connection.Scalar<long>("SELECT count(*) FROM characters")));
        Assert.Equal(2, gateway.Stored("characters").Length);
    }

    public static TheoryData<string, string, string, string> Refused => new()
    {
        { "{}", "invalid_name", "name", "1 to 80" },
        { """{"name": " ", "video": "@clip"}""", "invalid_name", "name", "1 to 80" },
        { $$"""{"name": "{{new string('n', 81)}}", "video": "@clip"}""", "invalid_name", "name", "It has 81" },
        { """{"name": "a\nb", "video": "@clip"}""", "invalid_name", "name", "one line" },
        { """{"name": 5, "video": "@clip"}""", "invalid_name", "name", "text" },
        { """{"name": "Ada"}""", "video_required", "video", "file_id" },
        { """{"name": "Ada", "video": ""}""", "video_required", "video", "file_id" },
        { """{"name": "Ada", "video": null}""", "video_required", "video", "file_id" },
        { """{"name": "Ada", "video": {}}""", "video_required", "video", "file_id" },
        { """{"name": "Ada", "video": 5}""", "invalid_file", "video", "data URL" },
        { """{"name": "Ada", "video": ["@clip"]}""", "invalid_file", "video", "data URL" },
        { """{"name": "Ada", "video": "https://example.com/clip.mp4"}""", "invalid_file", "video", "links are not opened" },
        { """{"name": "Ada", "video": {"url": "https://example.com/clip.mp4"}}""", "unknown_parameter", "video.url", "`file_id`" },
        { """{"name": "Ada", "video": {"file_id": 5}}""", "invalid_file", "video", "`5`" },
        { """{"name": "Ada", "video": "@png"}""", "invalid_file", "video", "image/png" },
        { """{"name": "Ada", "video": "aGVsbG8sIGhlbGxv"}""", "invalid_file", "video", "allowed are" },
        { """{"name": "Ada", "video": "@clip", "model": "sora-2"}""", "unknown_parameter", "model", "`name` and `video`" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_bad_request_is_refused_with_its_reason_and_nothing_is_kept(string body, string code, string param, string says)
    {
        await using var gateway = await GatewayHost.StartAsync();
        body = body.Replace("@clip", Base64).Replace("@png", Convert.ToBase64String(Uploads.Png));
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var error = (await gateway.PostAsync("/v1/videos/characters", content)).Error(400);
        Assert.Equal((code, param), (error.Text("code"), error.Text("param")));
        Assert.Contains(says, error.Text("message"), StringComparison.Ordinal);
        Assert.Empty(gateway.Stored("characters"));
    }

    [Theory]
    [InlineData(1280, 720, 2, null)]
    [InlineData(1920, 1080, 4, null)]
    [InlineData(720, 1280, 4.04, null)]
    [InlineData(1080, 1920, 1.96, null)]
    [InlineData(1280, 720, 1.9, "is 1.9 s long")]
    [InlineData(1280, 720, 4.2, "is 4.2 s long")]
    [InlineData(640, 360, 3, "is 640 x 360 pixels")]
    [InlineData(3840, 2160, 3, "is 3840 x 2160 pixels")]
    [InlineData(960, 720, 3, "is 960 x 720 pixels")]
    [InlineData(1080, 1080, 3, "is 1080 x 1080 pixels")]
    public async Task A_clip_outside_the_rules_is_refused_with_what_was_measured(ushort width, ushort height, double seconds, string? says)
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var form = Uploads.Form(("video", Uploads.Clip(width, height, seconds)), ("name", "Ada"));
        var answer = await gateway.PostAsync("/v1/videos/characters", form);
        if (says is null)
        {
            Assert.True(answer.Status == 200, answer.Body.GetRawText());
            return;
        }

        var error = answer.Error(400);
        Assert.Equal(("invalid_file", "video"), (error.Text("code"), error.Text("param")));
        Assert.Contains(says + "; a character's clip is a video of 2 to 4 s, 16:9 or 9:16, 720p to 1080p", error.Text("message"), StringComparison.Ordinal);
        Assert.Empty(gateway.Stored("characters"));
    }

    [Fact]
    public async Task A_form_may_bring_one_clip_in_one_place()
    {
        await using var gateway = await GatewayHost.StartAsync();
        using var twice = Uploads.Form(("name", "Ada"), ("video", Uploads.Clip()), ("video", Uploads.Clip()));
        Assert.Equal("invalid_file", (await gateway.PostAsync("/v1/videos/characters", twice)).Error(400).Text("code"));
        using var both = Uploads.Form(("name", "Ada"), ("video", Uploads.Clip()), ("video[file_id]", "file_1"));
        Assert.Equal("conflicting_parameters", (await gateway.PostAsync("/v1/videos/characters", both)).Error(400).Text("code"));
        using var other = Uploads.Form(("name", "Ada"), ("clip", Uploads.Clip()));
        Assert.Equal(("unknown_parameter", "clip"), (
            (await gateway.PostAsync("/v1/videos/characters", other)).Error(400) is var error ? error.Text("code") : "", error.Text("param")));
        Assert.Empty(gateway.Stored("characters"));
    }

    private static StringContent Json(object body) => new(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
}
