using Reelay.Server.Catalog.Orders;
using Reelay.Tests.Catalog;

namespace Reelay.Tests.Contract;

/// <summary>Rule 5: what changes content or price is refused, a hint becomes a warning, a neutral value is nothing.</summary>
public sealed class Rule05ClassesTests
{
    [Theory]
    [InlineData("n:2", "400 unsupported_parameter n", "`2` | `sora-2` | Allowed: 1")]
    [InlineData("n:'4'", "400 unsupported_parameter n", "`4` | Allowed: 1")]
    [InlineData("mode:'i2v_first_last'", "400 unsupported_parameter mode", "`sora-2` | t2v, i2v, edit, extend")]
    [InlineData("mode:'reference_images'", "400 unsupported_parameter mode", "`reference_images` | t2v, i2v")]
    [InlineData("mode:'r2v'", "400 unsupported_parameter mode", "`r2v` | t2v, i2v")]
    [InlineData("mode:'nonsense'", "400 unsupported_parameter mode", "`nonsense` | t2v, i2v")]
    [InlineData("mode:'pro'", "400 unsupported_parameter mode", "`pro` | `sora-2`")]
    [InlineData("quality:'std'", "400 unsupported_parameter quality", "`std` | `sora-2`")]
    [InlineData("response_format:'b64_json'", "400 unsupported_parameter response_format", "`b64_json` | url | /content")]
    [InlineData("audio:false", "400 unsupported_parameter audio", "`off` | `sora-2` | on")]
    [InlineData("sound:'off'", "400 unsupported_parameter sound", "always have sound")]
    [InlineData("generate_audio:'false'", "400 unsupported_parameter generate_audio", "always have sound")]
    [InlineData("end_image_url:PNG", "400 unsupported_parameter end_image_url", "`sora-2` | t2v, i2v")]
    [InlineData("image_tail:PNG", "400 unsupported_parameter image_tail", "`sora-2` | t2v, i2v")]
    [InlineData("camera_control:{type:'pan'}", "400 unsupported_parameter camera_control", "`sora-2`")]
    [InlineData("function_mode:'first_last_frames'", "400 unsupported_parameter function_mode", "`sora-2`")]
    [InlineData("first_last_frame:true", "400 unsupported_parameter first_last_frame", "`sora-2`")]
    [InlineData("model_name:'kling-v9'", "400 unsupported_parameter model_name", "`kling-v9` | `sora-2`")]
    [InlineData("num_frames:81", "400 unsupported_parameter num_frames", "`seconds`")]
    [InlineData("stream:true", "400 unsupported_parameter stream", "/events")]
    [InlineData("parameters:{camera_control:{a:1}}", "400 unsupported_parameter parameters.camera_control", "`sora-2`")]
    [InlineData("extra_body:{num_frames:81}", "400 unsupported_parameter extra_body.num_frames", "`sora-2`")]
    [InlineData("model:'kling-v3', camera_control:{type:'simple'}", "400 unsupported_parameter camera_control", "`kling-v3`")]
    [InlineData("model:'kling-v3', static_mask:PNG", "400 unsupported_parameter static_mask", "`kling-v3` | taken by `kling-v1`")]
    [InlineData("background:'opaque'", "400 unsupported_parameter background", "`sora-2` | taken by")]
    [InlineData("extra_body:{background:'opaque'}", "400 unsupported_parameter extra_body.background", "`sora-2`")]
    [InlineData("model:'gpt-image-2', audio:true", "400 unsupported_parameter audio", "`on` | `gpt-image-2`")]
    public Task Content_or_price_is_refused(string request, string refusal, string says) => Cases.RefusedAsync(request, refusal, says);

    [Theory]
    [InlineData("fps:30", "fps:unsupported_parameter")]
    [InlineData("seed:20231234", "seed:unsupported_parameter")]
    [InlineData("seed:'abc'", "seed:unsupported_parameter")]
    [InlineData("cfg_scale:0.7", "cfg_scale:unsupported_parameter")]
    [InlineData("negative_prompt:'rain'", "negative_prompt:unsupported_parameter")]
    [InlineData("watermark_info:{enabled:true}", "watermark_info:unsupported_parameter")]
    [InlineData("quality:'standard'", "quality:unsupported_parameter")]
    [InlineData("quality:'HD'", "quality:unsupported_parameter")]
    [InlineData("quality:'high'", "quality:unsupported_parameter")]
    [InlineData("user:'user-1234'", "user:unsupported_parameter")]
    [InlineData("something_else:1", "something_else:unknown_parameter")]
    [InlineData("nested:{a:{b:1}}", "nested:unknown_parameter")]
    [InlineData("flag:false", "flag:unknown_parameter")]
    [InlineData("metadata:{background:'story'}, watermark_info:{enabled:true}", "watermark_info:unsupported_parameter")]
    [InlineData("model:'kling-v2-6', cfg_scale:0.7", "cfg_scale:unsupported_parameter")]
    [InlineData("model:'kling-v2-6', seed:1", "seed:unsupported_parameter")]
    [InlineData("model:'gpt-image-2', negative_prompt:'rain'", "negative_prompt:unsupported_parameter")]
    [InlineData("model:'gpt-image-2', quality:'hd'", "quality:unsupported_parameter")]
    public async Task A_hint_is_a_warning_and_refused_by_a_strict_key(string request, string warning)
    {
        var stored = await Cases.StoredAsync(request, $"warn={warning}");
        var (param, code) = (warning[..warning.IndexOf(':', StringComparison.Ordinal)], warning[(warning.IndexOf(':', StringComparison.Ordinal) + 1)..]);
        Assert.Contains($"`{param}`", Assert.Single(stored.Warnings).Message, StringComparison.Ordinal);
        await Cases.RefusedAsync(request, $"400 {code} {param}", "This key refuses such parameters", Orders.Strict);
    }

    [Theory]
    [InlineData("n:1")]
    [InlineData("n:'1'")]
    [InlineData("n:1.0")]
    [InlineData("cfg_scale:0.5")]
    [InlineData("cfg_scale:'0.5'")]
    [InlineData("response_format:'url'")]
    [InlineData("audio:true")]
    [InlineData("sound:'on'")]
    [InlineData("mode:'t2v'")]
    [InlineData("mode:'T2V'")]
    [InlineData("negative_prompt:''")]
    [InlineData("seed:null")]
    [InlineData("user:null")]
    [InlineData("input_reference:null")]
    [InlineData("input_reference:''")]
    [InlineData("input_reference:[]")]
    [InlineData("input_reference:{}")]
    [InlineData("input_reference:{image_url:null}")]
    [InlineData("image_urls:[]")]
    [InlineData("video_urls:[]")]
    [InlineData("video:null")]
    [InlineData("video_id:''")]
    [InlineData("camera_control:{}")]
    [InlineData("first_last_frame:false")]
    [InlineData("first_last_frame:'false'")]
    [InlineData("stream:false")]
    [InlineData("callback_url:''")]
    [InlineData("metadata:{}")]
    [InlineData("extra_body:{}")]
    [InlineData("something_else:null")]
    [InlineData("something_else:''")]
    [InlineData("metadata:{camera_control:null, seed:''}")]
    public Task A_neutral_value_is_nothing_even_to_a_strict_key(string request) => Cases.StoredAsync(request, "mode=t2v", Orders.Strict);

    [Theory]
    [InlineData("model:'kling-v2-5-turbo', sound:'off'", "audio=off")]
    [InlineData("model:'gpt-image-2', audio:false", "audio=off")]
    [InlineData("model:'gpt-image-2', seconds:8", "seconds=0 echo=8/1024x1024")]
    public Task Silence_where_there_is_no_sound_is_nothing(string request, string stored) => Cases.StoredAsync(request, stored, Orders.Strict);

    [Theory]
    [InlineData("seed:'7', fps:24.0, cfg_scale:'0.7', negative_prompt:'rain', watermark_info:{enabled:true}, user:'u'",
        "user=u extras={\"seed\":7,\"fps\":24,\"cfg_scale\":0.7,\"negative_prompt\":\"rain\",\"watermark_info\":{\"enabled\":true}}")]
    [InlineData("watermark_info:'{}'", "extras={\"watermark_info\":{}}")]
    [InlineData("metadata:{seed:7}", "extras={\"seed\":7}")]
    public Task A_hint_goes_upstream_where_it_is_taken(string request, string stored) => Cases.StoredAsync("model:'lab', seconds:5," + request, stored);

    [Theory]
    [InlineData("seed:'abc'", "seed", "`abc` | whole number")]
    [InlineData("seed:1.5", "seed", "`1.5` | whole number")]
    [InlineData("seed:[1]", "seed", "whole number")]
    [InlineData("fps:{a:1}", "fps", "whole number")]
    [InlineData("cfg_scale:'much'", "cfg_scale", "`much` | number")]
    [InlineData("watermark_info:true", "watermark_info", "object")]
    [InlineData("user:[1]", "user", "text")]
    public Task A_hint_that_goes_upstream_has_its_type(string request, string param, string says) =>
        Cases.RefusedAsync("model:'lab', seconds:5," + request, $"400 invalid_type {param}", says);

    [Fact]
    public Task A_hint_that_goes_upstream_has_its_range() =>
        Cases.RefusedAsync("model:'lab', seconds:5, fps:0", "400 unsupported_parameter fps", "`0` | at least 1");

    [Theory]
    [InlineData("n:'two'", "n")]
    [InlineData("n:0", "n")]
    [InlineData("n:1.5", "n")]
    [InlineData("audio:'loud'", "audio")]
    [InlineData("audio:{a:1}", "audio")]
    [InlineData("mode:7", "mode")]
    [InlineData("response_format:{type:'url'}", "response_format")]
    [InlineData("external_task_id:[1]", "external_task_id")]
    [InlineData("user:{a:1}", "user")]
    [InlineData("input_reference:7", "input_reference")]
    [InlineData("input_reference:true", "input_reference")]
    [InlineData("input_reference:[7]", "input_reference[0]")]
    [InlineData("first_last_frame:'maybe'", "first_last_frame")]
    [InlineData("video_id:7", "video_id")]
    public Task A_value_of_another_type_is_refused(string request, string param) => Cases.RefusedAsync(request, $"400 invalid_type {param}", "`");

    [Fact]
    public async Task Warnings_are_bounded_but_never_silent()
    {
        var order = Cases.Accepted(await Orders.ReadAsync(Cases.Json(string.Join(',', Enumerable.Range(0, 200).Select(number => $"f{number}:1")))));
        Assert.Equal(51, order.Warnings.Count);
        Assert.Equal("more_warnings", order.Warnings[^1].Code);
    }

    [Fact]
    public void Every_name_of_every_parameter_is_unique()
    {
        var names = Parameters.All.SelectMany(parameter => parameter.Aliases.Append(parameter.Name)).ToList();
        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.DoesNotContain(names, Parameters.Places.Contains);
    }
}
