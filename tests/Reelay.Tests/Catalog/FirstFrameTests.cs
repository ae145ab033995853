using Reelay.Providers;
using Reelay.Server.Catalog;
using Reelay.Tests.Reading;

namespace Reelay.Tests.Catalog;

public class FirstFrameTests
{
    private static readonly string _png = Convert.ToBase64String(Bodies.Png);

    public static TheoryData<string> Spellings => new(
    [
        $$"""
        "input_reference":"data:image/png;base64,{{_png}}"
        """,
        $$"""
        "input_reference":"DATA:application/octet-stream;base64,{{_png}}"
        """,
        $$"""
        "input_reference":"{{_png}}"
        """,
        $$"""
        "input_reference":"{{_png.Replace("/", "\\/", StringComparison.Ordinal)}}\n"
        """,
        $$$"""
        "input_reference":{"image_url":"data:image/png;base64,{{{_png}}}"}
        """,
        $$$$"""
        "input_reference":{"image_url":{"url":"{{{{_png}}}}"}}
        """,
        $$$"""
        "input_reference":{"url":"data:image/png;base64,{{{_png}}}","file_id":null}
        """,
        $$"""
        "input_reference":["{{_png}}"]
        """,
        $$"""
        "input_reference":"[\"{{_png}}\"]"
        """,
        $$"""
        "image":"{{_png}}"
        """,
        $$"""
        "image_url":"data:image/png;base64,{{_png}}"
        """,
        $$"""
        "images":["{{_png}}"],"mode":"i2v"
        """,
        $$"""
        "image_urls":["{{_png}}"]
        """,
        $$"""
        "first_frame_image":"{{_png}}"
        """,
        $$"""
        "image":"{{_png}}","input_reference":"{{_png}}"
        """,
        $$$"""
        "metadata":{"image_url":"{{{_png}}}"}
        """,
    ]);

    [Theory]
    [MemberData(nameof(Spellings))]
    public async Task A_picture_in_json_is_stored_and_makes_the_mode_i2v(string field)
    {
        var sink = new MemorySink();
        var result = await Orders.ReadAsync($"{{\"prompt\":\"x\",{field}}}", sink: sink);

        Assert.True(result.Error is null, result.Error?.Message);
        AssertFirstFrame(result.Value!, sink, Bodies.Png, "image/png");
    }

    [Theory]
    [InlineData("input_reference")]
    [InlineData("image")]
    [InlineData("image[]")]
    [InlineData("input_reference[]")]
    public async Task A_picture_as_a_file_is_sniffed_and_not_believed(string name)
    {
        foreach (var (bytes, type) in new[] { (Bodies.Png, "image/png"), (Bodies.Jpeg, "image/jpeg"), (Bodies.WebP, "image/webp") })
        {
            var sink = new MemorySink();
            var body = Bodies.Parts(Bodies.FilePart(name, bytes, "a.txt", "text/plain"), Bodies.Part("prompt", "x"));
            var result = await Orders.ReadAsync(Bodies.Multipart, body, sink: sink);
            Assert.True(result.Error is null, result.Error?.Message);
            AssertFirstFrame(result.Value!, sink, bytes, type);
        }
    }

    [Fact]
    public async Task The_same_file_under_two_names_is_one_picture()
    {
        var sink = new MemorySink();
        var body = Bodies.Parts(Bodies.FilePart("image", Bodies.Png), Bodies.FilePart("input_reference", Bodies.Png), Bodies.Part("prompt", "x"));
        var result = await Orders.ReadAsync(Bodies.Multipart, body, sink: sink);
        AssertFirstFrame(result.Value!, sink, Bodies.Png, "image/png");
    }

    [Theory]
    [InlineData("\"input_reference\":\"not base64!\"", "invalid_image")]
    [InlineData("\"input_reference\":\"aGVsbG8=\"", "invalid_image")]
    [InlineData("\"input_reference\":\"data:image/png;base64,aGVsbG8=\"", "invalid_image")]
    [InlineData("\"input_reference\":\"data:image/png;base64,iVBORw0KGgo\"", "invalid_image")]
    [InlineData("\"input_reference\":\"data:image/svg+xml,<svg/>\"", "invalid_image")]
    [InlineData("\"input_reference\":\"data:\"", "invalid_image")]
    [InlineData("\"input_reference\":\"ftp://example.com/a.png\"", "invalid_image")]
    [InlineData("\"input_reference\":\"R0lGODlhAQABAAAAACw=\"", "invalid_image")]
    [InlineData("\"input_reference\":{\"path\":\"/etc/passwd\"}", "unsupported_parameter")]
    [InlineData("\"input_reference\":{\"image_url\":\"iVBORw0KGgo=\",\"file_id\":\"f\"}", "conflicting_parameters")]
    [InlineData("\"image\":\"iVBORw0KGgo=\",\"input_reference\":\"/9j/4AAQ\"", "too_many_references")]
    [InlineData("\"images\":[\"iVBORw0KGgo=\",\"/9j/4AAQ\"]", "too_many_references")]
    [InlineData("\"image\":\"iVBORw0KGgo=\",\"mode\":\"t2v\"", "conflicting_parameters")]
    [InlineData("\"mode\":\"i2v\"", "input_reference_required")]
    public async Task What_is_no_usable_picture_is_refused(string fields, string code)
    {
        var error = await Orders.RefuseAsync($"{{\"prompt\":\"x\",{fields}}}");
        Assert.Equal((400, code), (error.Status, error.Code));
    }

    [Fact]
    public async Task A_picture_above_20_MiB_is_refused_as_file_and_as_text()
    {
        byte[] large = [.. Bodies.Png, .. new byte[20 << 20]];
        var sink = new MemorySink();
        var asFile = await Orders.ReadAsync(Bodies.Multipart, Bodies.Parts(Bodies.Part("prompt", "x"), Bodies.FilePart("image", large)), sink: sink);
        Assert.Equal((400, "file_too_large"), (asFile.Error!.Status, asFile.Error.Code));
        Assert.Empty(sink.Stored);

        var asText = await Orders.RefuseAsync($$"""{"prompt":"x","image":"{{Convert.ToBase64String(large)}}"}""");
        Assert.Equal((400, "file_too_large"), (asText.Status, asText.Code));
    }

    [Theory]
    [InlineData("prompt", "invalid_type")]
    [InlineData("seconds", "invalid_type")]
    [InlineData("video", "invalid_video")]
    [InlineData("mask", "unsupported_parameter")]
    [InlineData("attachment", "unsupported_parameter")]
    public async Task A_file_under_another_name_is_refused_and_discarded(string name, string code)
    {
        var sink = new MemorySink();
        var result = await Orders.ReadAsync(Bodies.Multipart, Bodies.Parts(Bodies.Part("prompt", "x"), Bodies.FilePart(name, Bodies.Png)), sink: sink);
        Assert.Equal((400, code, name), (result.Error!.Status, result.Error.Code, result.Error.Param));
        Assert.Empty(sink.Stored);
    }

    [Theory]
    [InlineData("seconds", "5")]
    [InlineData("size", "1x1")]
    [InlineData("model", "nonsense")]
    [InlineData("n", "2")]
    [InlineData("metadata", "7")]
    public async Task A_refused_request_leaves_no_upload_and_stores_no_text(string name, string value)
    {
        var sink = new MemorySink();
        var body = Bodies.Parts(Bodies.FilePart("input_reference", Bodies.Png), Bodies.Part("prompt", "x"), Bodies.Part(name, value));
        Assert.NotNull((await Orders.ReadAsync(Bodies.Multipart, body, sink: sink)).Error);
        Assert.Empty(sink.Stored);

        sink = new MemorySink();
        Assert.NotNull((await Orders.ReadAsync($$"""{"prompt":"x","image":"{{_png}}","{{name}}":"{{value}}"}""", sink: sink)).Error);
        Assert.Equal(0, sink.SaveCount);
    }

    [Fact]
    public async Task A_store_that_fails_is_our_failure()
    {
        var sink = new MemorySink { Failure = new IOException("No space left on device") };
        await Assert.ThrowsAsync<IOException>(() => Orders.ReadAsync($$"""{"prompt":"x","image":"{{_png}}"}""", sink: sink));
    }

    private static void AssertFirstFrame(GenerationOrder order, MemorySink sink, byte[] bytes, string type)
    {
        Assert.Equal("i2v", order.Mode);
        var media = Assert.Single(order.Media);
        Assert.Equal((MediaRole.FirstFrame, type, bytes.Length), (media.Role, media.ContentType, (int)media.SizeBytes));
        Assert.Equal(bytes, Assert.Single(sink.Stored).Value);
        Assert.True(sink.Stored.ContainsKey(media.AssetKey));
    }
}
