// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// What of EIP-721 a reader of logs sees.
contract Pieces721 {
    string public constant symbol = "ART";
    mapping(uint256 => address) public ownerOf;

    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);

    function mint(uint256 tokenId) external {
        ownerOf[tokenId] = msg.sender;
        emit Transfer(address(0), msg.sender, tokenId);
    }

    function transferFrom(address from, address to, uint256 tokenId) external {
        require(ownerOf[tokenId] == from && msg.sender == from, "not yours");
        ownerOf[tokenId] = to;
        emit Transfer(from, to, tokenId);
    }
}

/// What of EIP-1155 a reader of logs sees.
contract Pieces1155 {
    mapping(address => mapping(uint256 => uint256)) private balances;

    event TransferSingle(address indexed operator, address indexed from, address indexed to, uint256 id, uint256 value);
    event TransferBatch(
        address indexed operator,
        address indexed from,
        address indexed to,
        uint256[] ids,
        uint256[] values
    );

    function balanceOf(address who, uint256 id) external view returns (uint256) {
        return balances[who][id];
    }

    function mint(uint256 id, uint256 value) external {
        balances[msg.sender][id] += value;
        emit TransferSingle(msg.sender, address(0), msg.sender, id, value);
    }

    function sendBatch(address to, uint256[] calldata ids, uint256[] calldata values) external {
        for (uint256 i = 0; i < ids.length; i++) {
            balances[msg.sender][ids[i]] -= values[i];
            balances[to][ids[i]] += values[i];
        }
        emit TransferBatch(msg.sender, msg.sender, to, ids, values);
    }
}
