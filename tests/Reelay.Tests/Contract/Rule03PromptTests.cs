using Reelay.Tests.Catalog;

namespace Reelay.Tests.Contract;

/// <summary>Rule 3: 1 to 32,000 code points, the model's own maximum, never cut; text of <c>content</c> is the prompt.</summary>
public sealed class Rule03PromptTests
{
    [Theory]
    [InlineData("prompt:'x'", "prompt=x")]
    [InlineData("prompt:' '", "prompt=_")]
    [InlineData("content:[{type:'text', text:'x'}]", "prompt=x")]
    [InlineData("content:'x'", "prompt=x")]
    [InlineData("prompt:'x', content:[{type:'text', text:'x'}]", "prompt=x")]
    [InlineData("prompt:'', content:[{type:'text', text:'x'}]", "prompt=x")]
    [InlineData("content:[{type:'text', text:'x'}, {type:'text', text:'x'}]", "prompt=x")]
    [InlineData("metadata:{prompt:'x'}", "prompt=x")]
    [InlineData("parameters:{prompt:'x'}", "prompt=x")]
    [InlineData("extra_body:{content:[{type:'text', text:'x'}]}", "prompt=x")]
    [InlineData("prompt:'x', extra_body:{prompt:'x'}", "prompt=x")]
    [InlineData("content:[{type:'text', text:'x'}, {type:'image_url', image_url:{url:PNG}, role:'first_frame'}]", "prompt=x mode=i2v media=first_frame:png")]
    [InlineData("model:'kling-v2-6', prompt:'', image:PNG", "prompt=- mode=i2v media=first_frame:png")]
    [InlineData("model:'kling-v2-6', prompt:null, image:PNG", "prompt=- mode=i2v media=first_frame:png")]
    public Task Is_kept(string request, string stored) => Cases.StoredAsync(request, stored);

    [Theory]
    [InlineData("prompt:null", "400 prompt_required prompt", "`sora-2`")]
    [InlineData("prompt:''", "400 prompt_required prompt", "32,000")]
    [InlineData("content:[]", "400 prompt_required prompt", "`sora-2`")]
    [InlineData("content:[{type:'text', text:''}]", "400 prompt_required prompt", "`sora-2`")]
    [InlineData("prompt:'', model:'gpt-image-2'", "400 prompt_required prompt", "`gpt-image-2`")]
    [InlineData("prompt:'', model:'kling-v2-6'", "400 prompt_required prompt", "`kling-v2-6` | 2,500")]
    [InlineData("prompt:'', model:'kling-v3-omni', image_list:[PNG,PNG,PNG]", "400 prompt_required prompt", "`kling-v3-omni`")]
    [InlineData("prompt:7", "400 invalid_type prompt", "text | a number")]
    [InlineData("prompt:['x']", "400 invalid_type prompt", "text | a list")]
    [InlineData("prompt:{text:'x'}", "400 invalid_type prompt", "text | an object")]
    [InlineData("prompt:true", "400 invalid_type prompt", "text | true or false")]
    [InlineData("content:7", "400 invalid_type content", "a list of items")]
    [InlineData("content:['x']", "400 invalid_type content[0]", "an object with a `type`")]
    [InlineData("content:[{type:'text'}]", "400 invalid_type content[0]", "an item with a `text`")]
    [InlineData("prompt:'x', content:[{type:'text', text:'y'}]", "400 conflicting_parameters content[0].text", "`prompt`")]
    [InlineData("content:[{type:'text', text:'x'}, {type:'text', text:'y'}]", "400 conflicting_parameters content[1].text", "`content[0].text`")]
    [InlineData("prompt:'x', parameters:{prompt:'y'}", "400 conflicting_parameters parameters.prompt", "`prompt`")]
    [InlineData("prompt:'x', content:[{a:1}]", "400 unsupported_parameter content[0]", "Items are text, image_url")]
    [InlineData("prompt:'x', content:[{type:'video_url', video_url:<a.mp4>, role:'first_frame'}]", "400 unsupported_parameter content[0]", "video_url first_frame")]
    [InlineData("prompt:'x', content:[{type:'image_url', image_url:{url:PNG}, role:'last_frame'}]", "400 unsupported_parameter content[0].image_url.url", "`sora-2` | t2v")]
    public Task Is_refused(string request, string refusal, string says) => Cases.RefusedAsync(request, refusal, says);

    [Theory]
    [InlineData("sora-2", "a", 32_000)]
    [InlineData("sora-2", "猫", 32_000)]
    [InlineData("sora-2", "😀", 32_000)]
    [InlineData("gpt-image-2", "😀", 32_000)]
    [InlineData("kling-v2-6", "a", 2_500)]
    [InlineData("kling-v2-6", "😀", 2_500)]
    [InlineData("kling-v3-omni", "猫", 2_500)]
    public async Task Is_counted_in_code_points_and_never_cut(string model, string letter, int most)
    {
        var longest = string.Concat(Enumerable.Repeat(letter, most));
        var order = Cases.Accepted(await Orders.ReadAsync(Cases.Json($"model:'{model}', prompt:'{longest}'")));
        Assert.Equal(longest, order.Prompt);
        await Cases.RefusedAsync($"model:'{model}', prompt:'{longest}{letter}'", "400 prompt_too_long prompt", $"{most + 1:N0} | {most:N0} | `{model}`");
    }
}
