using Reelay.Server.Api;
using Reelay.Server.Catalog;
using Reelay.Tests.Catalog;
using Reelay.Tests.Reading;

namespace Reelay.Tests.Contract;

/// <summary>Rule 1: equal requests in JSON, multipart and urlencoded are stored, or refused, alike to the last character.</summary>
public sealed class Rule01EqualRequestTests
{
    public static TheoryData<string> Requests => new(
    [
        """{"prompt":"x"}""",
        """{"prompt":"waves","model":"sora-2"}""",
        """{"prompt":"一只小猫在花园里追蝴蝶","model":"sora-2","size":"720x1280","seconds":"4"}""",
        """{"prompt":"a & b = c + d","seconds":8}""",
        """{"prompt":"x","seconds":8.0}""",
        """{"prompt":"x","seconds":"8s"}""",
        """{"prompt":"x","seconds":"8.0"}""",
        """{"prompt":"x","duration":12}""",
        """{"prompt":"x","duration":"12","seconds":12}""",
        """{"prompt":"x","durationSeconds":16}""",
        """{"prompt":"x","seconds":5}""",
        """{"prompt":"x","seconds":5.5}""",
        """{"prompt":"x","seconds":true}""",
        """{"prompt":"x","seconds":0}""",
        """{"prompt":"x","seconds":61}""",
        """{"prompt":"x","seconds":4,"duration":8}""",
        """{"prompt":"x","size":"1280*720"}""",
        """{"prompt":"x","size":"1280:720"}""",
        """{"prompt":"x","size":"16:9"}""",
        """{"prompt":"x","size":"720p"}""",
        """{"prompt":"x","size":"auto"}""",
        """{"prompt":"x","size":"auto","tier":"720p"}""",
        """{"prompt":"x","width":1280,"height":720}""",
        """{"prompt":"x","width":512,"height":512}""",
        """{"prompt":"x","width":1280}""",
        """{"prompt":"x","aspect_ratio":"9:16"}""",
        """{"prompt":"x","ratio":"16:9","resolution":"720P"}""",
        """{"prompt":"x","model":"sora-2-pro","size":"1280x720","tier":"1080p"}""",
        """{"prompt":"x","model":"sora-2-pro","quality":"1080p"}""",
        """{"prompt":"x","quality":"standard"}""",
        """{"prompt":"x","quality":"pro"}""",
        """{"prompt":"x","quality":"fine"}""",
        """{"prompt":"x","size":"1024x1792"}""",
        """{"prompt":"x","n":1}""",
        """{"prompt":"x","n":2}""",
        """{"prompt":"x","response_format":"url"}""",
        """{"prompt":"x","response_format":"b64_json"}""",
        """{"model":"sora-2","prompt":"waves","fps":30,"seed":20231234,"n":1,"response_format":"url","user":"user-1234"}""",
        """{"prompt":"x","cfg_scale":0.5}""",
        """{"prompt":"x","cfg_scale":0.7}""",
        """{"prompt":"x","negative_prompt":""}""",
        """{"prompt":"x","negative_prompt":"rain"}""",
        """{"prompt":"x","watermark_info":{"enabled":false}}""",
        """{"prompt":"x","flag":true,"provider":{"opts":{"a":1}},"tags":["a","b"],"refs":[{"file_id":"f1"},{"file_id":"f2"}]}""",
        """{"prompt":"x","sound":"on"}""",
        """{"prompt":"x","audio":true}""",
        """{"prompt":"x","generate_audio":false}""",
        """{"prompt":"x","metadata":{"order":"17","note":"猫"}}""",
        """{"prompt":"x","metadata":{"seconds":"8"}}""",
        """{"prompt":"x","metadata":{"model":"sora-2-pro"}}""",
        """{"prompt":"x","parameters":{"seconds":8,"size":"1280x720"}}""",
        """{"prompt":"x","extra_body":{"duration":8,"mine":1}}""",
        """{"prompt":"x","seconds":4,"extra_body":{"seconds":8}}""",
        """{"prompt":"x","external_task_id":"abc-1"}""",
        """{"prompt":"x","mode":"t2v"}""",
        """{"prompt":"x","mode":"i2v"}""",
        """{"prompt":"x","mode":"extend"}""",
        """{"prompt":"x","model":"nonsense"}""",
        """{"model":"sora-2"}""",
        """{"prompt":"x","video_urls":["https://example.com/a.mp4"]}""",
        """{"prompt":"x","reference_images":["https://example.com/a.png"]}""",
        """{"prompt":"x","input_reference":{"file_id":"file-1"}}""",
        """{"prompt":"x","input_reference":{"image_url":"https://example.com/a.png"}}""",
        """{"prompt":"x","input_reference":{"image_url":"data:image/png;base64,iVBORw0KGgoAAAANAQIDBA=="}}""",
        """{"prompt":"x","image":"iVBORw0KGgoAAAANAQIDBA=="}""",
        """{"prompt":"x","image_urls":["data:image/png;base64,iVBORw0KGgoAAAANAQIDBA=="]}""",
        """{"prompt":"x","camera_control":{"type":"pan"}}""",
        """{"prompt":"x","callback_url":"https://example.com/hook"}""",
        """{"content":[{"type":"text","text":"from content"}]}""",
        """{"model":"gpt-image-2","prompt":"neon fox in the rain, cinematic","seconds":"8","size":"1024x1024","tier":"2k","reference_images":["https://example.com/ref.png"]}""",
        """{"model":"gpt-image-2","prompt":"a neon fox","tier":"2k"}""",
        """{"model":"gpt-image-2","prompt":"x","n":3,"quality":"high","background":"opaque"}""",
        """{"model":"gpt-image-2","prompt":"x","n":11}""",
        """{"model":"gpt-image-2","prompt":"x","output_format":"webp","output_compression":80}""",
        """{"model":"gpt-image-2","prompt":"x","output_compression":101}""",
        """{"model":"gpt-image-2","prompt":"x","image":["iVBORw0KGgoAAAANAQIDBA==","/9j/4AECAwQFBgcI"],"mask":"iVBORw0KGgoAAAANAQIDBA=="}""",
        """{"model":"gpt-image-2","prompt":"x","images":[{"image_url":"iVBORw0KGgoAAAANAQIDBA=="},{"image_url":"https://example.com/b.png"}]}""",
        """{"model":"kling-video","model_name":"kling-v2-6","mode":"t2v","prompt":"日落时的海边,风吹起长发","duration":5,"aspect_ratio":"16:9"}""",
        """{"model":"kling-video","prompt":"x"}""",
        """{"model":"kling-video","model_name":"kling-v1-6","prompt":"p","mode":"multi_i2v","image_list":[{"image":"https://example.com/a.png"},{"image":"https://example.com/b.png"}]}""",
        """{"model":"kling-v3","prompt":"x","mode":"pro","sound":"on","seconds":"10"}""",
        """{"model":"kling-v3","prompt":"x","generate_audio":true,"quality":"4k"}""",
        """{"model":"kling-v3","image":"iVBORw0KGgoAAAANAQIDBA==","image_tail":"/9j/4AECAwQFBgcI","metadata":{"note":"猫 😀"}}""",
        """{"model":"kling-v1","prompt":"x","cfg_scale":0.7,"negative_prompt":"rain & snow"}""",
        """{"model":"kling-v1","prompt":"x","camera_control":{"type":"down_back"}}""",
        """{"model":"kling-v2-6","prompt":"x","cfg_scale":0.7}""",
        """{"model":"kling-v2-6","prompt":"x","seconds":15}""",
        """{"model":"kling-v2-6","prompt":"x","mode":"std","sound":true}""",
        """{"model":"kling-v3-omni","prompt":"x","metadata":{"first_last_frame":"true"},"reference_images":["iVBORw0KGgoAAAANAQIDBA==","/9j/4AECAwQFBgcI"]}""",
        """{"model":"kling-v3-omni","prompt":"x","video_url":"https://example.com/c.mp4","keep_original_sound":"no"}""",
        """{"prompt":"x","first_last_frame":false}""",
        """{"prompt":"x","first_last_frame":true}""",
        """{"prompt":"x","stream":false}""",
        """{"prompt":"ünïcödé – «ваза» 🦊","user":"usér"}""",
        """{"prompt":"line one\r\nline two\ttab \"quoted\" \\ back"}""",
        """{"prompt":"x","metadata":{"a":{"b":{"c":["d",["e"]]}},"f":"g"}}""",
        """{"prompt":"x","extra_body":{"metadata":{"tags":["a","b"]},"parameters":{"a":"1"}}}""",
        """{"prompt":"x","content":[{"type":"image_url","image_url":{"url":"https://example.com/a.png"},"role":"first_frame"}]}""",
        """{"prompt":"x","content":[{"type":"image_url","image_url":{"url":"https://example.com/a.png"},"role":"last_frame"}]}""",
        """{"prompt":"x","model":"wan","size":"832x480","seconds":7}""",
        """{"prompt":"x","model":"lab","seed":7,"fps":24,"cfg_scale":0.7,"seconds":10}""",
    ]);

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Every_encoding_gives_the_same_order_or_the_same_refusal(string json)
    {
        var fromJson = Describe(await Orders.ReadAsync(json));

        Assert.Equal(fromJson, Describe(await Orders.ReadAsync(Bodies.Multipart, Bodies.ToMultipart(json))));
        Assert.Equal(fromJson, Describe(await Orders.ReadAsync(Bodies.UrlEncoded, Bodies.ToUrlEncoded(json))));
    }

    private static string Describe(ApiResult<GenerationOrder> result) => result.Error is { } error
        ? $"{error.Status} {error.Code} {error.Param}: {error.Message}"
        : OrderJson.SerializeToString(result.Value!);
}
