using System.Text;
using Reelay.Server.Api.Reading;

namespace Reelay.Tests.Reading;

public class UploadTests
{
    [Theory]
    [InlineData("Content-Disposition: form-data; name=\"a\"; filename=\"x.png\"", "x.png")]
    [InlineData("Content-Disposition: form-data; name=a; filename=x.png", "x.png")]
    [InlineData("Content-Disposition: attachment; name=\"a\"; filename=\"x.png\"", "x.png")]
    [InlineData("Content-Disposition: form-data; name=\"a\"; filename=\"x.png\"\r\nContent-Type: text/plain", "x.png")]
    [InlineData("Content-Disposition: form-data; name=\"a\"; filename=\"/home/someone/x.png\"", "x.png")]
    [InlineData("Content-Disposition: form-data; name=\"a\"; filename=\"C:\\\\data\\\\x.png\"", "x.png")]
    [InlineData("Content-Disposition: form-data; name=a; filename=y.png; filename*=utf-8''%E7%8C%AB.png", "猫.png")]
    [InlineData("Content-Disposition: form-data; name=\"a\"; filename=\"猫.png\"", "猫.png")]
    [InlineData("Content-Disposition: form-data; name=\"a[]\"; filename=\"x.png\"", "x.png")]
    [InlineData("Content-Disposition: form-data; name=\"a\"\r\nContent-Type: image/png", "")]
    [InlineData("Content-Disposition: form-data; name=\"a\"\r\nContent-Type: application/octet-stream", "")]
    public async Task A_part_with_a_file_name_or_a_type_that_is_not_text_is_a_file(string headers, string fileName)
    {
        var sink = new MemorySink();
        using var fields = (await Bodies.ReadAsync(Bodies.Multipart, Bodies.Parts(Encoding.UTF8.GetBytes(headers + "\r\n\r\nBYTES")), sink)).Value!;

        var file = Assert.Single(fields.Files);
        Assert.Equal("a", file.Name);
        Assert.Equal(fileName, file.FileName);
        Assert.Equal("BYTES"u8.ToArray(), sink.Stored[file.Asset.Key]);
        Assert.Empty(fields.Fields);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json")]
    [InlineData("text/html; charset=utf-8")]
    public async Task A_part_of_text_without_a_file_name_is_a_field(string contentType)
    {
        var part = Encoding.UTF8.GetBytes($"Content-Disposition: form-data; name=\"a\"\r\nContent-Type: {contentType}\r\n\r\n{{}}");
        using var fields = (await Bodies.ReadAsync(Bodies.Multipart, Bodies.Parts(part))).Value!;
        Assert.Empty(fields.Files);
        Assert.Single(fields.Fields);
    }

    [Fact]
    public async Task An_empty_file_input_of_a_browser_is_nothing()
    {
        var sink = new MemorySink();
        using var fields = (await Bodies.ReadAsync(Bodies.Multipart, Bodies.Parts(Bodies.FilePart("a", [], "")), sink)).Value!;
        Assert.Empty(fields.Files);
        Assert.Equal(0, sink.SaveCount);
    }

    [Fact]
    public async Task Files_and_fields_come_in_any_order()
    {
        var body = Bodies.Parts(Bodies.FilePart("a", Bodies.Png), Bodies.Part("prompt", "x"), Bodies.FilePart("b", Bodies.Jpeg), Bodies.Part("size", "y"));
        using var fields = (await Bodies.ReadAsync(Bodies.Multipart, body)).Value!;
        Assert.Equal(["a", "b"], fields.Files.Select(file => file.Name));
        Assert.Equal(["prompt", "size"], fields.Fields.Select(field => field.Name));
    }

    [Fact]
    public async Task A_large_file_is_stored_exactly()
    {
        var content = new byte[3_000_000];
        new Random(1).NextBytes(content);
        var sink = new MemorySink();
        using var fields = (await Bodies.ReadAsync(Bodies.Multipart, Bodies.Parts(Bodies.FilePart("a", content)), sink)).Value!;
        Assert.Equal(content, sink.Stored[fields.Files[0].Asset.Key]);
    }

    [Fact]
    public async Task Every_upload_is_discarded_when_a_later_part_is_refused()
    {
        byte[] nameless = [.. "Content-Type: text/plain\r\n\r\nx"u8];
        byte[][] failures =
        [
            Bodies.Parts(Bodies.FilePart("a", Bodies.Png), Bodies.FilePart("b", Bodies.Png), nameless),
            Bodies.Parts(Bodies.FilePart("a", Bodies.Png), Bodies.Part("c", "1"), Bodies.Part("c[d]", "1")),
            Bodies.Parts(Bodies.FilePart("a", Bodies.Png), Bodies.Part("c", "\0")),
            Bodies.Parts(Bodies.FilePart("a", Bodies.Png), Bodies.FilePart("b", Bodies.Png))[..^20],
        ];
        foreach (var body in failures)
        {
            var sink = new MemorySink();
            var result = await Bodies.ReadAsync(Bodies.Multipart, body, sink);
            Assert.Equal(400, result.Error!.Status);
            Assert.True(sink.SaveCount > 0);
            Assert.Empty(sink.Stored);
        }
    }

    [Fact]
    public async Task A_caller_that_refuses_the_request_can_discard_its_uploads()
    {
        var sink = new MemorySink();
        using var fields = (await Bodies.ReadAsync(Bodies.Multipart, Bodies.Parts(Bodies.FilePart("a", Bodies.Png)), sink)).Value!;
        await fields.DiscardAsync();
        await fields.DiscardAsync();
        Assert.Empty(sink.Stored);
    }

    [Fact]
    public async Task A_full_disk_is_our_failure_and_not_the_callers()
    {
        var sink = new MemorySink { Failure = new IOException("No space left on device") };
        var body = Bodies.Parts(Bodies.FilePart("a", Bodies.Png));
        await Assert.ThrowsAsync<IOException>(() => Bodies.ReadAsync(Bodies.Multipart, body, sink));
    }

    [Fact]
    public async Task An_upload_above_the_bound_of_the_body_is_413_and_discarded()
    {
        var sink = new MemorySink();
        var body = Bodies.Parts(Bodies.FilePart("a", Bodies.Png), Bodies.FilePart("b", new byte[100_000]));
        var error = (await Bodies.ReadAsync(Bodies.Multipart, body, sink, new ReadingLimits { MaxMultipartBytes = 50_000 })).Error!;
        Assert.Equal((413, "request_too_large"), (error.Status, error.Code));
        Assert.Empty(sink.Stored);
    }
}
