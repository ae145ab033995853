using System.Text;
using Reelay.Server.Api.Reading;
using Reelay.Tests.Catalog;
using Reelay.Tests.Reading;

namespace Reelay.Tests.Contract;

/// <summary>Rule 1: JSON, multipart and urlencoded give one model; the body is trusted before its content type.</summary>
public sealed class Rule01EncodingTests
{
    private const string Form = "--X\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nx\r\n--X\r\nContent-Disposition: form-data; name=\"seconds\"\r\n\r\n8\r\n--X--\r\n";
    private const string Attached = "--X\r\nContent-Disposition: attachment; name=\"prompt\"\r\n\r\nx\r\n--X\r\nContent-Disposition: attachment; name=\"seconds\"\r\n\r\n8\r\n--X--\r\n";

    [Theory]
    [InlineData("application/json", """{"prompt":"x","seconds":8}""")]
    [InlineData("application/json; charset=utf-8", """ {"prompt":"x","seconds":"8"} """)]
    [InlineData("application/vnd.api+json", """{"prompt":"x","seconds":8}""")]
    [InlineData(null, """{"prompt":"x","seconds":8}""")]
    [InlineData("application/x-www-form-urlencoded", """{"prompt":"x","seconds":8}""")]
    [InlineData("application/x-www-form-urlencoded", "prompt=x&seconds=8")]
    [InlineData("application/x-www-form-urlencoded; charset=UTF-8", "prompt=%78&seconds=8")]
    [InlineData("multipart/form-data; boundary=X", Form)]
    [InlineData("multipart/form-data", Form)]
    [InlineData("application/json; boundary=X", Form)]
    [InlineData("application/json", Form)]
    [InlineData("text/plain", Form)]
    [InlineData(null, Form)]
    [InlineData("application/json; boundary=X", Attached)]
    [InlineData("application/json", Attached)]
    [InlineData("multipart/form-data; boundary=X", Attached)]
    public async Task One_request_in_every_encoding(string? contentType, string body)
    {
        var read = await Orders.ReadAsync(contentType!, Encoding.UTF8.GetBytes(body));
        Cases.AssertStored("model=sora-2 prompt=x mode=t2v seconds=8 size=720x1280 audio=on n=1 price=$0.8", Cases.Accepted(read));
    }

    [Theory]
    [InlineData("metadata", """{"order":17,"list":[1,{"a":null}]}""")]
    [InlineData("parameters", """{"seconds":10}""")]
    [InlineData("extra_body", """{"size":"1280x720","metadata":{"a":"b"}}""")]
    [InlineData("content", """[{"type":"text","text":"x"}]""")]
    [InlineData("watermark_info", """{"enabled":true}""")]
    [InlineData("input_reference", """{"image_url":"data:image/png;base64,iVBORw0KGgoAAAANAQIDBA=="}""")]
    [InlineData("input_reference", """["iVBORw0KGgoAAAANAQIDBA=="]""")]
    [InlineData("image_urls", """["data:image/png;base64,iVBORw0KGgoAAAANAQIDBA=="]""")]
    [InlineData("image_list", """[{"image":"iVBORw0KGgoAAAANAQIDBA=="}]""")]
    public async Task Json_in_a_form_field_is_an_object_or_a_list_where_one_is_expected(string name, string value)
    {
        const string Model = "kling-v1-6";
        var expected = Cases.Outcome(await Orders.ReadAsync($$"""{"prompt":"x","model":"{{Model}}","{{name}}":{{value}}}"""));
        Assert.StartsWith("audio=", expected, StringComparison.Ordinal);
        var multipart = Bodies.Parts(Bodies.Part("prompt", "x"), Bodies.Part("model", Model), Bodies.Part(name, value));
        Assert.Equal(expected, Cases.Outcome(await Orders.ReadAsync(Bodies.Multipart, multipart)));
        var urlEncoded = Encoding.UTF8.GetBytes($"prompt=x&model={Model}&{name}={Uri.EscapeDataString(value)}");
        Assert.Equal(expected, Cases.Outcome(await Orders.ReadAsync(Bodies.UrlEncoded, urlEncoded)));
    }

    [Theory]
    [InlineData("kling-v1", "camera_control[type]=simple&camera_control[config][zoom]=-3.5&camera_control[config][pan]=0",
        """{"camera_control":{"type":"simple","config":{"zoom":-3.5,"pan":0}}}""")]
    [InlineData("kling-v1", "watermark_info[enabled]=true", """{"watermark_info":{"enabled":true}}""")]
    [InlineData("kling-v3", "element_list[][element_id]=829836802793406551&element_list[][element_id]=2", """{"element_list":[{"element_id":"829836802793406551"},{"element_id":"2"}]}""")]
    [InlineData("sora-2", "content[][type]=text&content[][text]=x&content[][type]=image_url&content[][image_url][url]=https://example.com/a.png",
        """{"content":[{"type":"text","text":"x"},{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}""")]
    public async Task Brackets_say_what_json_says(string model, string brackets, string json)
    {
        var image = model == "kling-v3" ? ("&image=iVBORw0KGgoAAAANAQIDBA==", "\"image\":\"iVBORw0KGgoAAAANAQIDBA==\",") : ("", "");
        var expected = Cases.Outcome(await Orders.ReadAsync($"{{\"prompt\":\"x\",\"model\":\"{model}\",{image.Item2}{json[1..]}"));
        Assert.StartsWith("audio=", expected, StringComparison.Ordinal);
        Assert.Equal(expected, Cases.Outcome(await Orders.ReadAsync(Bodies.UrlEncoded, Encoding.UTF8.GetBytes($"prompt=x&model={model}&{brackets}{image.Item1}"))));
    }

    [Theory]
    [InlineData("input_reference", "{\"file_id\":", "400 invalid_json input_reference")]
    [InlineData("metadata", "{\"a\":", "400 invalid_json metadata")]
    [InlineData("content", "[{]", "400 invalid_json content")]
    public async Task Text_that_only_begins_like_json_is_refused_by_its_field(string name, string value, string refusal)
    {
        var body = Bodies.Parts(Bodies.Part("prompt", "x"), Bodies.Part(name, value));
        Cases.AssertRefused(refusal, "looks like JSON", Cases.Refused(await Orders.ReadAsync(Bodies.Multipart, body)));
    }

    [Fact]
    public async Task A_prompt_that_begins_like_json_is_text()
    {
        var body = Bodies.Parts(Bodies.Part("prompt", "[wide shot] {a fox}"));
        Cases.AssertStored("prompt=[wide_shot]_{a_fox}", Cases.Accepted(await Orders.ReadAsync(Bodies.Multipart, body)));
    }

    [Fact]
    public void The_bounds_are_the_published_ones()
    {
        var limits = ReadingLimits.Default;
        Assert.Equal((64L << 20, 256L << 20, 64L << 20), (limits.MaxJsonBytes, limits.MaxMultipartBytes, limits.MaxTextFieldBytes));
    }
}
