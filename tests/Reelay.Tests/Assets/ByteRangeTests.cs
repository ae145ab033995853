using Reelay.Server.Api.Content;

namespace Reelay.Tests.Assets;

public sealed class ByteRangeTests
{
    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=0-99", 0, 100)]
    [InlineData("bytes=0-98", 0, 99)]
    [InlineData("bytes=0-100", 0, 100)]
    [InlineData("bytes=0-", 0, 100)]
    [InlineData("bytes=10-19", 10, 10)]
    [InlineData("bytes=99-", 99, 1)]
    [InlineData("bytes=99-99", 99, 1)]
    [InlineData("bytes=50-4000", 50, 50)]
    [InlineData("bytes=-1", 99, 1)]
    [InlineData("bytes=-100", 0, 100)]
    [InlineData("bytes=-101", 0, 100)]
    [InlineData("BYTES=5-6", 5, 2)]
    [InlineData("bytes= 5-6 ", 5, 2)]
    [InlineData("bytes=5-6,", 5, 2)]
    [InlineData("bytes=,,\t5-6 ,", 5, 2)]
    [InlineData("bytes=007-0008", 7, 2)]
    [InlineData("bytes=0-9223372036854775807", 0, 100)]
    [InlineData("bytes=0-99999999999999999999999999", 0, 100)]
    [InlineData("bytes=-99999999999999999999999999", 0, 100)]
    public void One_range_inside_the_file_is_a_part(string header, long start, long length) =>
        Assert.Equal(new ByteRange(ByteRangeKind.Part, start, length), ByteRange.Parse(header, 100));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("bytes")]
    [InlineData("bytes=")]
    [InlineData("bytes=,")]
    [InlineData("bytes=-")]
    [InlineData("bytes=--1")]
    [InlineData("bytes=1")]
    [InlineData("bytes=a-b")]
    [InlineData("bytes=1-b")]
    [InlineData("bytes=0x1-2")]
    [InlineData("bytes=+1-2")]
    [InlineData("bytes=1 - 2")]
    [InlineData("bytes=1-2-3")]
    [InlineData("bytes=2-1")]
    [InlineData("bytes=200-150")]
    [InlineData("bytes=0-1,2-3")]
    [InlineData("bytes=0-1, -1")]
    [InlineData("bytes=0-1,bytes=2-3")]
    [InlineData("bytes=0-1,x")]
    [InlineData("bytes=500-,0-1")]
    [InlineData("bytes =0-1")]
    [InlineData("bytes:0-1")]
    [InlineData(" bytes=0-1")]
    [InlineData("items=0-1")]
    [InlineData("seconds=1-2")]
    [InlineData("bytes=１-２")]
    [InlineData("bytes=1.5-2")]
    public void Anything_else_is_the_whole_file(string? header) =>
        Assert.Equal(new ByteRange(ByteRangeKind.Whole, 0, 100), ByteRange.Parse(header, 100));

    [Theory]
    [InlineData("bytes=100-", 100)]
    [InlineData("bytes=100-100", 100)]
    [InlineData("bytes=4000-5000", 100)]
    [InlineData("bytes=99999999999999999999999999-", 100)]
    [InlineData("bytes=-0", 100)]
    [InlineData("bytes=-000", 100)]
    [InlineData("bytes=0-", 0)]
    [InlineData("bytes=0-0", 0)]
    [InlineData("bytes=-0", 0)]
    public void A_range_behind_the_end_cannot_be_satisfied(string header, long size) =>
        Assert.Equal(ByteRangeKind.Unsatisfiable, ByteRange.Parse(header, size).Kind);

    [Fact]
    public void The_last_bytes_of_an_empty_file_are_the_whole_of_it() =>
        Assert.Equal(new ByteRange(ByteRangeKind.Whole, 0, 0), ByteRange.Parse("bytes=-5", 0));

    [Fact]
    public void Files_past_four_gigabytes_are_counted_exactly() =>
        Assert.Equal(new ByteRange(ByteRangeKind.Part, 5_000_000_000, 2), ByteRange.Parse("bytes=5000000000-5000000001", 6_000_000_000));
}
