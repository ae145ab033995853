using Reelay.Server.Assets.Probing;
using Reelay.Tests.Catalog;
using Reelay.Tests.Reading;

namespace Reelay.Tests.Contract;

/// <summary>Rule 11: files, links, data URLs, base64 and ids under every media field; what is ours is looked up and never fetched.</summary>
[Collection(ContractGateway.Name)]
public sealed class Rule11MediaTests(ContractGateway shared)
{
    [Theory]
    [InlineData("input_reference:<a.png>", "mode=i2v media=first_frame:a.png")]
    [InlineData("input_reference:PNG", "mode=i2v media=first_frame:png")]
    [InlineData("input_reference:JPG", "mode=i2v media=first_frame:jpeg")]
    [InlineData("input_reference:WEBP", "mode=i2v media=first_frame:webp")]
    [InlineData("input_reference:'data:image/png;base64,iVBORw0KGgoAAAANAQIDBA=='", "mode=i2v media=first_frame:png")]
    [InlineData("input_reference:'DATA:application/octet-stream;base64,iVBORw0KGgoAAAANAQIDBA=='", "mode=i2v media=first_frame:png")]
    [InlineData("input_reference:'iVBORw0KGgoAAAANAQIDBA==\\n'", "mode=i2v media=first_frame:png")]
    [InlineData("input_reference:'data:image\\/png;base64,iVBORw0KGgoAAAANAQIDBA=='", "mode=i2v media=first_frame:png")]
    [InlineData("input_reference:{image_url:PNG}", "mode=i2v media=first_frame:png")]
    [InlineData("input_reference:{image_url:{url:PNG}}", "mode=i2v media=first_frame:png")]
    [InlineData("input_reference:{url:PNG, file_id:null}", "mode=i2v media=first_frame:png")]
    [InlineData("input_reference:{url:<a.png>}", "mode=i2v media=first_frame:a.png")]
    [InlineData("input_reference:{file_id:'file-png'}", "mode=i2v media=first_frame:png")]
    [InlineData("input_reference:[PNG]", "mode=i2v media=first_frame:png")]
    [InlineData("input_reference:'[\\u0022iVBORw0KGgoAAAANAQIDBA==\\u0022]'", "mode=i2v media=first_frame:png")]
    [InlineData("image:'https://own.test/v1/files/file-png'", "mode=i2v media=first_frame:png")]
    [InlineData("video_url:'https://own.test/v1/videos/sora/content'", "mode=edit media=source_video:mp4 source=sora billed=9")]
    [InlineData("video_url:'https://own.test/v1/files/file-mp4'", "mode=edit media=source_video:mp4 source=-")]
    [InlineData("video:{file_id:'file-mp4'}", "mode=edit media=source_video:mp4 source=-")]
    [InlineData("video:{id:'sora'}", "mode=edit media=source_video:mp4 source=sora")]
    [InlineData("characters:[{id:'char-1'}]", "mode=t2v media=character:mp4@Fox")]
    [InlineData("characters:['char-1'], image:PNG", "mode=i2v media=character:mp4@Fox,first_frame:png")]
    [InlineData("image:PNG, input_reference:PNG", "mode=i2v media=first_frame:png")]
    [InlineData("image_url:<a.png>, images:[<a.png>]", "mode=i2v media=first_frame:a.png")]
    [InlineData("model:'gpt-image-2', reference_images:[PNG,<a.png>,{file_id:'file-png'}]", "media=reference_image:png,reference_image:a.png,reference_image:png")]
    public Task Is_taken_in_every_form(string request, string stored) => Cases.StoredAsync(request, stored, Cases.Own);

    [Theory]
    [InlineData("input_reference:'not base64!'", "400 invalid_image input_reference", "image/png, image/jpeg, image/webp")]
    [InlineData("input_reference:'aGVsbG8='", "400 invalid_image input_reference", "not a picture")]
    [InlineData("input_reference:'data:image/png;base64,aGVsbG8='", "400 invalid_image input_reference", "not a picture")]
    [InlineData("input_reference:'data:image/png;base64,iVBORw0KGgo'", "400 invalid_image input_reference", "not a picture")]
    [InlineData("input_reference:'data:image/svg+xml,<svg/>'", "400 invalid_image input_reference", "not a picture")]
    [InlineData("input_reference:'data:'", "400 invalid_image input_reference", "not a picture")]
    [InlineData("input_reference:'ftp://example.com/a.png'", "400 invalid_image input_reference", "not a picture")]
    [InlineData("input_reference:GIF", "400 invalid_image input_reference", "image/png")]
    [InlineData("input_reference:MP4", "400 invalid_image input_reference", "image/png")]
    [InlineData("video:PNG", "400 invalid_video video", "video/mp4")]
    [InlineData("model:'kling-v3', image:WEBP", "400 invalid_image image", "image/png, image/jpeg")]
    [InlineData("input_reference:{path:'/etc/passwd'}", "400 unsupported_parameter input_reference.path", "`url`, `image_url` or `file_id`")]
    [InlineData("input_reference:{image_url:PNG, file_id:'f'}", "400 conflicting_parameters input_reference.file_id", "`input_reference.image_url`")]
    [InlineData("input_reference:'http://example.com/a.png'", "400 invalid_url input_reference", "https")]
    [InlineData("input_reference:'https://'", "400 invalid_url input_reference", "address")]
    [InlineData("input_reference:{file_id:'nobodys'}", "404 file_not_found input_reference.file_id", "'nobodys'")]
    [InlineData("image:'https://own.test/v1/files/nobodys'", "404 file_not_found image", "'nobodys'")]
    [InlineData("video_url:'https://own.test/v1/videos/nobodys/content'", "404 video_not_found video_url", "")]
    [InlineData("characters:['nobody']", "404 character_not_found characters[0]", "'nobody'")]
    [InlineData("image:PNG, input_reference:JPG", "400 too_many_references input_reference", "`sora-2` takes at most 1 first frame")]
    [InlineData("images:[PNG,JPG]", "400 too_many_references images[1]", "the request has 2")]
    [InlineData("mode:'i2v', images:[<a.png>,<b.png>]", "400 too_many_references images[1]", "at most 1 first frame")]
    [InlineData("characters:['char-1',{id:'char-1'},'char-1']", "400 too_many_references characters[2]", "at most 2 characters")]
    public Task Is_refused(string request, string refusal, string says) => Cases.RefusedAsync(request, refusal, says, Cases.Own);

    [Theory]
    [InlineData("gpt-image-2", "reference_images", 16, "reference images")]
    [InlineData("gpt-image-1.5", "images", 16, "reference images")]
    [InlineData("kling-v1-6", "image_list", 4, "reference images")]
    [InlineData("kling-v3-omni", "image_list", 7, "reference images")]
    [InlineData("kling-video-o1", "images", 7, "reference images")]
    public async Task Has_the_number_of_the_catalog(string model, string field, int most, string words)
    {
        var terms = Orders.Terms with { CanServe = id => id.EndsWith(":" + model, StringComparison.Ordinal) };
        string List(int count) => $"model:'{model}', {field}:[{string.Join(',', Enumerable.Range(1, count).Select(number => $"<{number}.png>"))}]";
        var order = Cases.Accepted(await Orders.ReadAsync(Cases.Json(List(most)), terms));
        Assert.Equal(Enumerable.Range(1, most).Select(number => $"https://example.com/{number}.png"), order.Media.Select(media => media.Url));
        await Cases.RefusedAsync(List(most + 1), $"400 too_many_references {field}[{most}]", $"`{model}` takes at most {most} {words} | has {most + 1}", terms);
    }

    [Theory]
    [InlineData("input_reference")]
    [InlineData("image")]
    [InlineData("image[]")]
    [InlineData("input_reference[]")]
    public async Task As_a_file_is_sniffed_and_not_believed(string name)
    {
        foreach (var word in new[] { "PNG", "JPG", "WEBP" })
        {
            var sink = new MemorySink();
            var body = Bodies.Parts(Bodies.FilePart(name, Cases.Files[word], "a.txt", "text/plain"), Bodies.Part("prompt", "x"));
            var order = Cases.Accepted(await Orders.ReadAsync(Bodies.Multipart, body, sink: sink));
            Cases.AssertStored($"mode=i2v media=first_frame:{(word == "JPG" ? "jpeg" : word.ToLowerInvariant())}", order);
            Assert.Equal(Cases.Files[word], sink.Stored[order.Media[0].AssetKey]);
        }
    }

    [Fact]
    public async Task The_same_file_under_two_names_is_one()
    {
        var sink = new MemorySink();
        var body = Bodies.Parts(Bodies.FilePart("image", Bodies.Png), Bodies.FilePart("input_reference", Bodies.Png), Bodies.Part("prompt", "x"));
        Cases.AssertStored("mode=i2v media=first_frame:png", Cases.Accepted(await Orders.ReadAsync(Bodies.Multipart, body, sink: sink)));
        Assert.Equal(Bodies.Png, Assert.Single(sink.Stored).Value);
    }

    [Theory]
    [InlineData("prompt", "400 invalid_type prompt", "must be text")]
    [InlineData("seconds", "400 invalid_type seconds", "must be text")]
    [InlineData("video", "400 invalid_video video", "video/mp4")]
    [InlineData("mask", "400 unsupported_parameter mask", "`sora-2`")]
    [InlineData("attachment", "400 unsupported_parameter attachment", "`input_reference`")]
    public async Task A_file_under_another_name_is_refused_and_discarded(string name, string refusal, string says)
    {
        var sink = new MemorySink();
        var result = await Orders.ReadAsync(Bodies.Multipart, Bodies.Parts(Bodies.Part("prompt", "x"), Bodies.FilePart(name, Bodies.Png)), sink: sink);
        Cases.AssertRefused(refusal, says, Cases.Refused(result));
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
        Assert.NotNull((await Orders.ReadAsync(Cases.Json($"image:PNG, {name}:'{value}'"), sink: sink)).Error);
        Assert.Equal(0, sink.SaveCount);
    }

    [Fact]
    public async Task A_picture_above_20_MiB_is_refused_as_file_and_as_text()
    {
        byte[] large = [.. Bodies.Png, .. new byte[20 << 20]];
        var sink = new MemorySink();
        var asFile = await Orders.ReadAsync(Bodies.Multipart, Bodies.Parts(Bodies.Part("prompt", "x"), Bodies.FilePart("image", large)), sink: sink);
        Cases.AssertRefused("400 file_too_large image", "20,971,520", Cases.Refused(asFile));
        Assert.Empty(sink.Stored);
        var asText = await Orders.ReadAsync($$"""{"prompt":"x","image":"{{Convert.ToBase64String(large)}}"}""");
        Cases.AssertRefused("400 file_too_large image", "20,971,520", Cases.Refused(asText));
    }

    [Theory]
    [InlineData(299, 600, "each side needs at least 300")]
    [InlineData(300, 751, "at most 2.5 times")]
    public Task A_measured_picture_has_the_bounds_of_the_catalog(int width, int height, string says) => Cases.RefusedAsync(
        "model:'kling-v3', image:PNG", "400 invalid_image image", $"{width}x{height} pixels | {says}",
        Orders.Terms with { Library = new OwnThings { Facts = new MediaFacts("image/png", width, height, null, null, null) } });

    [Fact]
    public async Task What_an_upstream_takes_only_as_a_link_needs_a_public_address()
    {
        const string Request = "model:'kling-v3-omni', video_url:<c.mp4>";
        await Cases.StoredAsync(Request, "mode=edit media=source_video:c.mp4", Cases.Own);
        await Cases.RefusedAsync(
            Request, "400 public_url_required video_url", "`kling-v3-omni` | Reelay__PublicUrl", Orders.Terms with { Library = new OwnThings { HasPublicAddress = false } });
    }

    [Fact]
    public async Task A_store_that_fails_is_our_failure()
    {
        var sink = new MemorySink { Failure = new IOException("No space left on device") };
        await Assert.ThrowsAsync<IOException>(() => Orders.ReadAsync(Cases.Json("image:PNG"), sink: sink));
    }

    [Fact]
    public async Task A_link_to_nothing_ends_the_task_and_gives_the_money_back()
    {
        var gateway = shared.Gateway;
        var id = await gateway.OrderAsync(body: new { prompt = "x", image_url = "https://example.com/no-such-sample.txt" });
        var video = await gateway.FinishAsync(id);
        Assert.Equal(("failed", "reference_unavailable"), (video.GetProperty("status").GetString(), video.GetProperty("error").GetProperty("code").GetString()));
        Assert.False((await gateway.AdminTaskAsync(id)).TryGetProperty("settled_micros", out _));
        Assert.DoesNotContain(gateway.Sandbox.Submissions, report => report.Row.ClientReference == id);
    }
}
